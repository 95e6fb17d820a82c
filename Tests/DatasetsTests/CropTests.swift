import Datasets
import Images
import Tensors
import XCTest

final class CropTests: XCTestCase {
  private let samples = 2000

  private func boxes(
    _ crop: RandomResizedCrop, height: Int, width: Int, seed: UInt64 = 5, epoch: Int = 0
  ) -> [ImageBox] {
    (0..<samples).map {
      crop.box(height: height, width: width, key: RandomKey(seed: seed, epoch: epoch, sample: $0))
    }
  }

  func testRandomCropsAreWholePixelsInsideThePictureAndWithinTheirRanges() {
    let (height, width) = (300, 400)
    // Rounding each side to whole pixels moves area and aspect by less than this share.
    let rounding = 0.02
    for box in boxes(RandomResizedCrop(), height: height, width: width) {
      for value in [box.x, box.y, box.width, box.height] { XCTAssertEqual(value, value.rounded()) }
      XCTAssert(box.x >= 0 && box.x + box.width <= Double(width))
      XCTAssert(box.y >= 0 && box.y + box.height <= Double(height))
      let area = box.width * box.height / Double(height * width)
      XCTAssert((0.08 * (1 - rounding)...1).contains(area), "\(area)")
      let aspect = box.width / box.height
      XCTAssert((0.75 * (1 - rounding)...4 / 3 * (1 + rounding)).contains(aspect), "\(aspect)")
    }
  }

  func testAreaIsUniformAndAspectLogUniformWhereEveryRectangleFits() {
    let crop = RandomResizedCrop(area: 0.1...0.3)
    let boxes = boxes(crop, height: 500, width: 500)
    let count = Double(samples)
    let areas = boxes.map { $0.width * $0.height / 250_000 }
    // Five deviations of the mean of a uniform number.
    XCTAssertEqual(
      areas.reduce(0, +) / count, 0.2, accuracy: 5 * 0.2 / (12 * count).squareRoot())
    let wide = boxes.filter { $0.width > $0.height }.count
    // Five deviations of a binomial count; squares count for neither side.
    XCTAssertEqual(Double(wide), count / 2, accuracy: 5 * (count / 4).squareRoot() + 10)
    let slender = boxes.filter { $0.width / $0.height > (4.0 / 3).squareRoot() }.count
    XCTAssertEqual(Double(slender), count / 4, accuracy: 5 * (count * 3 / 16).squareRoot() + 10)
    // The place is uniform too: on the average the middle.
    let centers = boxes.map { ($0.x + $0.width / 2) / 500 }
    XCTAssertEqual(
      centers.reduce(0, +) / count, 0.5, accuracy: 5 / (12 * count).squareRoot())
  }

  func testAPictureThatNoRectangleFitsGivesItsLargestCentredPart() {
    let crop = RandomResizedCrop(area: 1...1)
    XCTAssertEqual(
      crop.box(height: 100, width: 1000, key: RandomKey(seed: 1, epoch: 0, sample: 0)),
      ImageBox(x: 433, y: 0, width: 133, height: 100))
    XCTAssertEqual(
      crop.box(height: 1000, width: 100, key: RandomKey(seed: 1, epoch: 0, sample: 0)),
      ImageBox(x: 0, y: 433, width: 100, height: 133))
    XCTAssertEqual(
      RandomResizedCrop(area: 1...1, aspect: 0.9...0.95)
        .box(height: 1, width: 1, key: RandomKey(seed: 1, epoch: 0, sample: 0)),
      ImageBox(x: 0, y: 0, width: 1, height: 1))
  }

  func testACropIsAFunctionOfSeedEpochAndSample() {
    let crop = RandomResizedCrop()
    let first = boxes(crop, height: 300, width: 400)
    XCTAssertEqual(boxes(crop, height: 300, width: 400), first)
    XCTAssertNotEqual(boxes(crop, height: 300, width: 400, seed: 6), first)
    XCTAssertNotEqual(boxes(crop, height: 300, width: 400, epoch: 1), first)
  }

  func testCentreCropsFollowBothRules() {
    // 224/256 of 375 is 328.1, of which the whole part; the odd pixel goes to the left upper side.
    for rule in CenterCrop.allCases {
      XCTAssertEqual(
        rule.box(height: 375, width: 500, resolution: 224),
        ImageBox(x: 86, y: 24, width: 328, height: 328))
    }
    // 600/632 of 1000 is 949.4.
    XCTAssertEqual(
      CenterCrop.official.box(height: 1200, width: 1000, resolution: 600),
      ImageBox(x: 26, y: 126, width: 949, height: 949))
    XCTAssertEqual(
      CenterCrop.fixed.box(height: 1200, width: 1000, resolution: 600),
      ImageBox(x: 63, y: 163, width: 875, height: 875))
    XCTAssertEqual(
      CenterCrop.official.box(height: 1, width: 1, resolution: 32),
      ImageBox(x: 0, y: 0, width: 1, height: 1))
  }

  func testHalfOfThePicturesAreMirrored() {
    let image = PixelImage(height: 1, width: 2, channels: 1)
    var mirrored = 0
    for sample in 0..<samples {
      (image.bytes[0], image.bytes[1]) = (1, 2)
      HorizontalFlip().apply(to: image, key: RandomKey(seed: 3, epoch: 0, sample: sample))
      mirrored += image.bytes[0] == 2 ? 1 : 0
      XCTAssertEqual(image.bytes[0] + image.bytes[1], 3)
    }
    // Five deviations of a binomial count.
    XCTAssertEqual(Double(mirrored), 1000, accuracy: 5 * 22.4)
    (image.bytes[0], image.bytes[1]) = (1, 2)
    HorizontalFlip(probability: 1).apply(to: image, key: RandomKey(seed: 3, epoch: 0, sample: 0))
    XCTAssertEqual(Array(image.bytes), [2, 1])
    HorizontalFlip(probability: 0).apply(to: image, key: RandomKey(seed: 3, epoch: 0, sample: 0))
    XCTAssertEqual(Array(image.bytes), [2, 1])
  }
}
