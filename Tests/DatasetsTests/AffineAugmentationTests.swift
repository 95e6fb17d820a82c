import Datasets
import Images
import Tensors
import XCTest

final class AffineAugmentationTests: XCTestCase {
  func testNoAmountsAreTheIdentity() {
    XCTAssertEqual(
      AffineAugmentation().map(key: RandomKey(seed: 1, epoch: 2, sample: 3), resolution: 5),
      .identity)
  }

  /// A picture of 4 × 4 pixels, black but for one, after a map: what is not black.
  private func output(_ map: AffineMap, row: Int = 1, column: Int = 2) -> [Int: UInt8] {
    let picture = PixelImage(height: 4, width: 4, channels: 1)
    picture.bytes.update(repeating: 0)
    picture.bytes[row * 4 + column] = 200
    let result = PixelImage()
    AffineSampler.sample(picture, map, fill: 0, into: result)
    return Dictionary(
      uniqueKeysWithValues: result.bytes.enumerated().filter { $0.element > 0 }.map {
        ($0.offset, $0.element)
      })
  }

  private func map(
    x: Double = 0, y: Double = 0, rotation: Double = 0, scale: Double = 1
  ) -> AffineMap {
    AffineAugmentation.map(shiftX: x, shiftY: y, rotation: rotation, scale: scale)
  }

  func testAQuarterTurnMovesAKnownPixelCounterclockwise() {
    // The third pixel of the top row comes to the second row of the left column.
    XCTAssertEqual(output(map(rotation: 90), row: 0), [1 * 4 + 0: 200])
  }

  func testShiftAndScaleMoveKnownPixels() {
    XCTAssertEqual(output(.identity), [1 * 4 + 2: 200])
    XCTAssertEqual(output(map(x: 1)), [1 * 4 + 3: 200])
    XCTAssertEqual(output(map(y: 2)), [3 * 4 + 2: 200])
    XCTAssertEqual(output(map(x: -0.5)), [1 * 4 + 1: 100, 1 * 4 + 2: 100])
    // Twice as large about the centre: the pixel covers the upper right corner's inner pixels.
    XCTAssertEqual(output(map(scale: 2))[0 * 4 + 3], 113)
    XCTAssertEqual(output(map(scale: 2))[1 * 4 + 2], 113)
  }

  func testWhatLiesOutsideIsFilled() {
    let picture = PixelImage(height: 2, width: 2, channels: 3)
    picture.bytes.update(repeating: 90)
    let result = PixelImage()
    AffineSampler.sample(picture, map(x: 1), fill: 7, into: result)
    XCTAssertEqual(Array(result.bytes), [7, 7, 7, 90, 90, 90, 7, 7, 7, 90, 90, 90])
  }

  func testAugmentationIsAPureFunctionWithinItsAmounts() {
    let augmentation = AffineAugmentation(shift: 0.1, rotation: 20, scale: 0.2)
    func map(_ seed: UInt64, _ epoch: Int, _ sample: Int) -> AffineMap {
      augmentation.map(key: RandomKey(seed: seed, epoch: epoch, sample: sample), resolution: 30)
    }
    XCTAssertEqual(map(1, 2, 3), map(1, 2, 3))
    for other in [map(2, 2, 3), map(1, 3, 3), map(1, 2, 4)] {
      XCTAssertNotEqual(map(1, 2, 3), other)
    }
    for sample in 0..<1000 {
      let map = map(1, 0, sample)
      XCTAssertLessThanOrEqual(max(abs(map.shiftX), abs(map.shiftY)), 3)
      let determinant = map.xx * map.yy - map.xy * map.yx
      XCTAssertTrue((0.8...1.2).contains(1 / determinant.squareRoot()))
      XCTAssertLessThanOrEqual(abs(atan2(map.yx, map.yy)), 20 * .pi / 180 + 1e-12)
    }
    let still = AffineAugmentation(shift: 0.1).map(
      key: RandomKey(seed: 1, epoch: 0, sample: 5), resolution: 30)
    XCTAssertEqual(still.shiftX, map(1, 0, 5).shiftX, "one kind does not change another")
  }
}
