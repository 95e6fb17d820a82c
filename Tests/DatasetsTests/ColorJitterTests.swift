import Datasets
import Images
import Tensors
import XCTest

final class ColorJitterTests: XCTestCase {
  private let samples = 2000

  private func changes(_ jitter: ColorJitter) -> [[ColorJitter.Change]] {
    (0..<samples).map { jitter.changes(key: RandomKey(seed: 4, epoch: 1, sample: $0)) }
  }

  func testFactorsAreUniformWithinTheirRanges() {
    let jitter = ColorJitter(brightness: 0.4, contrast: 2, saturation: 0.1, hue: 0.2)
    var sums = [Double](repeating: 0, count: 4)
    for change in changes(jitter).flatMap({ $0 }) {
      switch change {
      case .brightness(let factor):
        XCTAssert((0.6...1.4).contains(factor))
        sums[0] += factor
      case .contrast(let factor):
        XCTAssert((0...3).contains(factor))
        sums[1] += factor
      case .saturation(let factor):
        XCTAssert((0.9...1.1).contains(factor))
        sums[2] += factor
      case .hue(let turn):
        XCTAssert((-0.2...0.2).contains(turn))
        sums[3] += turn
      }
    }
    // Mean and width of each range; five deviations of the mean of a uniform number.
    for (sum, range) in zip(sums, [(1, 0.8), (1.5, 3), (1, 0.2), (0, 0.4)]) {
      XCTAssertEqual(
        sum / Double(samples), range.0,
        accuracy: 5 * range.1 / (12 * Double(samples)).squareRoot())
    }
  }

  func testEveryOrderIsEquallyLikely() {
    let jitter = ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1)
    let orders = changes(jitter).map { $0.map { String("\($0)".prefix(3)) }.joined() }
    let counts = Dictionary(grouping: orders) { $0 }.mapValues(\.count)
    XCTAssertEqual(counts.count, 24)
    // Five deviations of a binomial count with probability 1/24.
    for count in counts.values {
      XCTAssertEqual(Double(count), Double(samples) / 24, accuracy: 5 * 8.94)
    }
  }

  func testSwitchingOneChangeOnLeavesTheOthersAsTheyWere() {
    let one = changes(ColorJitter(contrast: 0.4))
    let both = changes(ColorJitter(brightness: 0.3, contrast: 0.4, hue: 0.1))
    for (one, both) in zip(one, both) {
      XCTAssertEqual(one.count, 1)
      XCTAssertEqual(both.count, 3)
      XCTAssert(one.allSatisfy(both.contains))
    }
  }

  func testAJitterAppliesItsChangesInTheirOrder() {
    let jitter = ColorJitter(brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.3)
    for sample in 0..<20 {
      let (whole, steps) = (picture(), picture())
      jitter.apply(to: whole, key: RandomKey(seed: 4, epoch: 1, sample: sample))
      for change in jitter.changes(key: RandomKey(seed: 4, epoch: 1, sample: sample)) {
        switch change {
        case .brightness(let factor): steps.adjustBrightness(factor)
        case .contrast(let factor):
          steps.adjustContrast(factor, around: steps.meanGrey(.pillow))
        case .saturation(let factor): steps.adjustSaturation(factor, .pillow)
        case .hue(let turn): steps.rotateHue(by: turn)
        }
      }
      XCTAssertEqual(Array(whole.bytes), Array(steps.bytes))
      XCTAssertNotEqual(Array(whole.bytes), Array(picture().bytes))
    }
  }

  private func picture() -> PixelImage {
    let image = PixelImage(height: 5, width: 6, channels: 3)
    for index in 0..<image.byteCount { image.bytes[index] = UInt8(truncatingIfNeeded: index * 91) }
    return image
  }
}
