import Datasets
import Tensors
import XCTest

final class BatchMixingTests: XCTestCase {
  private let resolution = 16
  private let channels = 3
  /// Rounding of one multiplication and one addition of floats below 100.
  private let rounding: Float = 1e-4

  private struct Mixed: Equatable {
    /// A picture each.
    var images: [[Float]]
    var partners: [Int32]
    var weights: [Float]
  }

  /// The picture of a sample: all of its pixels are told apart by their values.
  private func picture(_ sample: Int) -> [Float] {
    (0..<resolution * resolution * channels).map { Float(sample) + Float($0) / 2048 }
  }

  private func mix(
    _ mixing: BatchMixing, samples: [Int], seed: UInt64 = 8, epoch: Int = 0
  ) -> Mixed {
    let size = resolution * resolution * channels
    var images = samples.flatMap(picture)
    let labels = samples.map { Int32($0 + 100) }
    var partners = [Int32](repeating: -1, count: samples.count)
    var weights = [Float](repeating: -1, count: samples.count)
    images.withUnsafeMutableBufferPointer { images in
      partners.withUnsafeMutableBufferPointer { partners in
        weights.withUnsafeMutableBufferPointer { weights in
          guard let images = images.baseAddress, let partners = partners.baseAddress,
            let weights = weights.baseAddress
          else { return }
          mixing.mix(
            images: images, count: samples.count, resolution: resolution,
            channels: channels, labels: labels, samples: samples,
            key: RandomKey(seed: seed, epoch: epoch), partnerLabels: partners, weights: weights)
        }
      }
    }
    return Mixed(
      images: samples.indices.map { Array(images[$0 * size..<($0 + 1) * size]) },
      partners: partners, weights: weights)
  }

  func testMixupBlendsWithTheUnmixedPartnerByTheWeightThatItReports() {
    let samples = [3, 14, 5, 9, 26, 11, 1, 30]
    let mixed = mix(BatchMixing(mixup: 0.4), samples: samples)
    XCTAssertEqual(mixed.partners, samples.reversed().map { Int32($0 + 100) })
    XCTAssertEqual(Set(mixed.weights).count, samples.count, "each sample has a weight of its own")
    for (index, sample) in samples.enumerated() {
      let weight = mixed.weights[index]
      XCTAssert((0.5...1).contains(weight))
      let partner = picture(samples[samples.count - 1 - index])
      for ((result, own), other) in zip(zip(mixed.images[index], picture(sample)), partner) {
        XCTAssertEqual(result, weight * own + (1 - weight) * other, accuracy: rounding)
      }
    }
  }

  func testCutMixExchangesRectanglesAndWeighsByTheirPixels() {
    let samples = Array(0..<40)
    let mixed = mix(BatchMixing(cutmix: 1), samples: samples)
    var clipped = 0
    for (index, sample) in samples.enumerated() {
      let (own, other) = (picture(sample), picture(samples[39 - index]))
      var rows: Set<Int> = []
      var columns: Set<Int> = []
      var count = 0
      for place in 0..<resolution * resolution {
        let range = place * channels..<(place + 1) * channels
        if mixed.images[index][range] == own[range] { continue }
        XCTAssertEqual(mixed.images[index][range], other[range])
        rows.insert(place / resolution)
        columns.insert(place % resolution)
        count += 1
      }
      XCTAssertEqual(count, rows.count * columns.count, "not a rectangle")
      XCTAssertEqual(
        mixed.weights[index], 1 - Float(count) / Float(resolution * resolution),
        accuracy: Float.ulpOfOne)
      clipped += rows.count == columns.count ? 0 : 1
    }
    XCTAssertGreaterThan(clipped, 5, "no square reached beyond the border")
  }

  func testTheMiddleOfAnOddNumberAndAllOfAnUnmixedBatchStay() {
    for mixing in [BatchMixing(mixup: 1), BatchMixing(cutmix: 1)] {
      let mixed = mix(mixing, samples: [4, 5, 6])
      XCTAssertEqual(mixed.images[1], picture(5))
      XCTAssertEqual(mixed.weights[1], 1)
      XCTAssertEqual(mixed.partners, [106, 105, 104])
      XCTAssertNotEqual(mixed.images[0], picture(4))
    }
    let unmixed = mix(BatchMixing(), samples: [4, 5, 6, 7])
    XCTAssertEqual(unmixed.images, [4, 5, 6, 7].map(picture))
    XCTAssertEqual(unmixed.weights, [1, 1, 1, 1])
  }

  func testASampleDependsOnItsPartnerAlone() {
    for mixing in [
      BatchMixing(mixup: 0.2), BatchMixing(cutmix: 1), BatchMixing(mixup: 0.8, cutmix: 1),
    ] {
      for pair in [(3, 4), (10, 2), (7, 31)] {
        let alone = mix(mixing, samples: [pair.0, pair.1])
        let among = mix(mixing, samples: [20, pair.0, 21, 22, 23, pair.1, 24])
        XCTAssertEqual(alone.images, [among.images[1], among.images[5]])
        XCTAssertEqual(alone.weights, [among.weights[1], among.weights[5]])
        let reversed = mix(mixing, samples: [pair.1, pair.0])
        XCTAssertEqual(reversed.images, alone.images.reversed())
        XCTAssertEqual(reversed.weights, alone.weights.reversed())
      }
      XCTAssertNotEqual(
        mix(mixing, samples: [1, 2]), mix(mixing, samples: [1, 2], epoch: 1))
    }
  }

  func testAPairDrawsOneOfBothKindsAboutEquallyOften() {
    let mixing = BatchMixing(mixup: 1, cutmix: 1)
    let samples = Array(0..<1000)
    let mixed = mix(mixing, samples: samples)
    // Only mixup leaves pixels that are neither the sample's nor its partner's.
    let blended = samples.map { sample in
      mixed.images[sample][0] != picture(sample)[0]
        && mixed.images[sample][0] != picture(999 - sample)[0]
    }
    XCTAssertEqual(blended, blended.reversed(), "partners drew different kinds")
    // Five deviations of a binomial count of 500 pairs.
    XCTAssertEqual(Double(blended.filter { $0 }.count) / 2, 250, accuracy: 5 * 11.2)
  }

  func testBetaHasItsMeanAndVariance() {
    let count = 20000
    for alpha in [0.05, 0.2, 1, 3] {
      let values = (0..<count).map { sample in
        var random = CounterRandom(seed: 1, sample: sample, purpose: .mixing)
        return random.beta(alpha)
      }
      XCTAssert(values.allSatisfy { (0...1).contains($0) })
      let variance = 1 / (4 * (2 * alpha + 1))
      let mean = values.reduce(0, +) / Double(count)
      XCTAssertEqual(mean, 0.5, accuracy: 5 * (variance / Double(count)).squareRoot(), "\(alpha)")
      let squares = values.reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) } / Double(count)
      // Squares of at most ¼ deviate from their mean by at most ⅛: five deviations of that.
      XCTAssertEqual(squares, variance, accuracy: 5 * 0.125 / Double(count).squareRoot())
    }
    // α = 1 is the uniform distribution: a quarter lies below ¼.
    let low = (0..<count).filter { sample in
      var random = CounterRandom(seed: 2, sample: sample, purpose: .mixing)
      return random.beta(1) < 0.25
    }.count
    XCTAssertEqual(Double(low), 5000, accuracy: 5 * 61.3)
  }
}
