import Datasets
import Images
import Tensors
import XCTest

final class AugmentationPolicyTests: XCTestCase {
  /// The policy as published: operation, probability, level, and once more, by rows of three.
  private let publishedPolicy = """
    Equalize .8 1 ShearY .8 4, Color .4 9 Equalize .6 3, Color .4 1 Rotate .6 8,
    Solarize .8 3 Equalize .4 7, Solarize .4 2 Solarize .6 2, Color .2 0 Equalize .8 8,
    Equalize .4 8 SolarizeAdd .8 3, ShearX .2 9 Rotate .6 8, Color .6 1 Equalize 1 2,
    Invert .4 9 Rotate .6 0, Equalize 1 9 ShearY .6 3, Color .4 7 Equalize .6 0,
    Posterize .4 6 AutoContrast .4 7, Solarize .6 8 Color .6 9, Solarize .2 4 Rotate .8 9,
    Rotate 1 7 TranslateY .8 9, ShearX 0 0 Solarize .8 4, ShearY .8 0 Color .6 4,
    Color 1 0 Rotate .6 2, Equalize .8 4 Equalize 0 8, Equalize 1 4 AutoContrast .6 2,
    ShearY .4 7 SolarizeAdd .6 7, Posterize .8 2 Solarize .6 10, Solarize .6 8 Equalize .6 1,
    Color .8 6 Rotate .4 5
    """

  func testTheSubPoliciesOfAutoAugmentAreThePublishedOnes() throws {
    func check(_ step: AugmentationPolicy.Step, _ words: ArraySlice<Substring>) throws {
      XCTAssertEqual("\(step.kind)".lowercased(), words.first?.lowercased())
      let numbers = try words.dropFirst().map {
        try XCTUnwrap(Double($0.hasPrefix(".") ? "0\($0)" : String($0)))
      }
      XCTAssertEqual([step.probability, step.level], numbers)
    }
    let rows = publishedPolicy.split(separator: ",")
    XCTAssertEqual(rows.count, AugmentationPolicy.subPolicies.count)
    for (row, pair) in zip(rows, AugmentationPolicy.subPolicies) {
      let words = row.split { $0.isWhitespace }
      try check(pair.0, words[..<3])
      try check(pair.1, words[3...])
    }
  }

  private func operations(
    _ policy: AugmentationPolicy, samples: Int, seed: UInt64 = 9, epoch: Int = 0
  ) -> [[PolicyOperation]] {
    (0..<samples).map { policy.operations(key: RandomKey(seed: seed, epoch: epoch, sample: $0)) }
  }

  /// Name of an operation without its amount.
  private func name(_ operation: PolicyOperation) -> String {
    String("\(operation)".prefix { $0 != "(" })
  }

  /// Five deviations of a binomial count.
  private func tolerance(_ count: Int, _ probability: Double) -> Double {
    5 * (Double(count) * probability * (1 - probability)).squareRoot()
  }

  func testRandAugmentAppliesEveryLayerAndEveryOperationEquallyOften() {
    let samples = 2000
    let chosen = operations(.randAugment(layers: 2, magnitude: 10), samples: samples)
    XCTAssert(chosen.allSatisfy { $0.count == 2 })
    for layer in 0..<2 {
      let counts = Dictionary(grouping: chosen.map { name($0[layer]) }) { $0 }.mapValues(\.count)
      XCTAssertEqual(counts.count, 16)
      for (name, count) in counts {
        XCTAssertEqual(
          Double(count), Double(samples) / 16, accuracy: tolerance(samples, 1 / 16), name)
      }
    }
  }

  func testAmountsOfRandAugmentFollowTheOfficialFormulae() {
    func amounts(_ magnitude: Double) -> [PolicyOperation] {
      operations(.randAugment(layers: 1, magnitude: magnitude), samples: 1000).flatMap { $0 }
    }
    let ten = amounts(10)
    let expected: [PolicyOperation] = [
      .posterize(bits: 4), .solarize(threshold: 256), .solarizeAdd(addition: 110),
      .rotate(degrees: 30), .rotate(degrees: -30), .shearX(slope: 0.3), .shearY(slope: -0.3),
      .translateX(pixels: 100), .translateY(pixels: -100), .sharpness(factor: 1.8 + 0.1),
      .brightness(factor: 1.8 + 0.1),
    ]
    for operation in expected { XCTAssert(ten.contains(operation), "\(operation)") }
    for operation in ten {
      if case .cutout(let x, let y, let halfSide) = operation {
        XCTAssertEqual(halfSide, 40)
        XCTAssert((0..<1).contains(x) && (0..<1).contains(y))
      }
    }
    let seventeen = amounts(17)
    XCTAssert(seventeen.contains(.posterize(bits: 6)))
    XCTAssert(seventeen.contains(.solarize(threshold: 435)))
    XCTAssert(seventeen.contains(.translateX(pixels: -170)))
  }

  func testSignsOfGeometryAreEquallyLikely() {
    let samples = 16000
    let turns = operations(.randAugment(layers: 1, magnitude: 5), samples: samples).flatMap { $0 }
      .filter { name($0) == "rotate" }
    let left = turns.filter { $0 == .rotate(degrees: 15) }.count
    XCTAssertEqual(turns.filter { $0 == .rotate(degrees: -15) }.count, turns.count - left)
    XCTAssertEqual(
      Double(left), Double(turns.count) / 2, accuracy: tolerance(turns.count, 0.5))
  }

  func testAutoAugmentAppliesOperationsWithTheirProbabilities() {
    let samples = 10000
    let chosen = operations(.autoAugment, samples: samples)
    func count(_ operation: PolicyOperation) -> Int {
      chosen.filter { $0.contains(operation) }.count
    }
    // Operations with amounts that only one sub-policy has.
    let expected: [(PolicyOperation, Double)] = [
      (.solarizeAdd(addition: 33), 0.8), (.solarizeAdd(addition: 77), 0.6), (.invert, 0.4),
      (.posterize(bits: 2), 0.4), (.posterize(bits: 0), 0.8), (.solarize(threshold: 256), 0.6),
      (.translateY(pixels: 225), 0.4), (.translateY(pixels: -225), 0.4),
    ]
    for (operation, probability) in expected {
      let share = probability / 25
      XCTAssertEqual(
        Double(count(operation)), share * Double(samples), accuracy: tolerance(samples, share),
        "\(operation)")
    }
    XCTAssertEqual(count(.shearX(slope: 0)), 0)
    XCTAssert(chosen.allSatisfy { $0.count <= 2 })
  }

  func testAPolicyIsAFunctionOfSeedEpochAndSample() {
    for policy in [AugmentationPolicy.autoAugment, .randAugment(layers: 3, magnitude: 12)] {
      let first = operations(policy, samples: 200)
      XCTAssertEqual(operations(policy, samples: 200), first)
      XCTAssertNotEqual(operations(policy, samples: 200, seed: 10), first)
      XCTAssertNotEqual(operations(policy, samples: 200, epoch: 1), first)
      XCTAssertEqual(policy.operations(key: RandomKey(seed: 9, epoch: 0, sample: 150)), first[150])
    }
    XCTAssert(operations(.none, samples: 10).allSatisfy(\.isEmpty))
  }

  /// What a run was augmented with is part of what makes it reproducible.
  func testTheChoicesAreFixedForGood() {
    XCTAssertEqual(
      AugmentationPolicy.randAugment(layers: 2, magnitude: 10)
        .operations(key: RandomKey(seed: 1, epoch: 2, sample: 3)),
      [
        .cutout(x: 0.09825261376286998, y: 0.6488997376302313, halfSide: 40),
        .contrast(factor: 1.8 + 0.1),
      ])
  }

  func testEveryOperationLeavesAPictureOfTheSameShape() {
    let scratch = PixelImage()
    for channels in [1, 3] {
      let image = PixelImage(height: 7, width: 11, channels: channels)
      for index in 0..<image.byteCount {
        image.bytes[index] = UInt8(truncatingIfNeeded: index * 37)
      }
      for sample in 0..<200 {
        for magnitude in [0, 9, 28.0] {
          AugmentationPolicy.randAugment(layers: 2, magnitude: magnitude)
            .apply(to: image, scratch: scratch, key: RandomKey(seed: 2, epoch: 0, sample: sample))
        }
        XCTAssertEqual([image.height, image.width, image.channels], [7, 11, channels])
      }
    }
  }

  func testContrastOfPoliciesBlendsWithTheOfficialGrey() {
    let image = PixelImage(height: 32, width: 64, channels: 3)
    image.bytes.update(repeating: 200)
    PolicyOperation.contrast(factor: 0.5).apply(to: image, scratch: PixelImage())
    // 32 · 64 / 256 = 8; the mean would leave 200.
    XCTAssert(image.bytes.allSatisfy { $0 == 104 })
  }
}
