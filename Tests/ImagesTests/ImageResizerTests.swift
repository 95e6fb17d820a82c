import Images
import XCTest

final class ImageResizerTests: XCTestCase {
  /// Of 255: sums that lie half-way may be rounded differently after either axis.
  private let tolerance = 1

  private let resizer = ImageResizer()

  private func whole(_ image: PixelImage) -> ImageBox {
    ImageBox(x: 0, y: 0, width: Double(image.width), height: Double(image.height))
  }

  private func randomPicture(height: Int, width: Int, channels: Int) -> PixelImage {
    let image = PixelImage(height: height, width: width, channels: channels)
    for index in 0..<image.byteCount {
      image.bytes[index] = UInt8(truncatingIfNeeded: index &* index &* 31 &+ index &* 7)
    }
    return image
  }

  func testResizedPicturesHavePillowsPixels() throws {
    let result = PixelImage()
    for fixture in try Fixture.checks().resized {
      let source = PixelImage(
        try Fixture.bytes(of: fixture.file), height: try XCTUnwrap(fixture.sourceHeight),
        width: try XCTUnwrap(fixture.sourceWidth), channels: fixture.channels)
      let box = try XCTUnwrap(fixture.box)
      let filter = try XCTUnwrap(fixture.filter.flatMap(ResizeFilter.init))
      resizer.resize(
        source, box: ImageBox(x: box[0], y: box[1], width: box[2], height: box[3]),
        height: fixture.height, width: fixture.width, filter: filter, into: result)
      let difference = result.differences(from: try fixture.expectedPicture())
      XCTAssertLessThanOrEqual(difference.greatest, tolerance, fixture.pixels)
    }
  }

  func testAPictureOfTheSameSizeStaysAsItIs() {
    let result = PixelImage()
    for channels in [1, 3] {
      let source = randomPicture(height: 19, width: 35, channels: channels)
      for filter in ResizeFilter.allCases {
        resizer.resize(
          source, box: whole(source), height: 19, width: 35, filter: filter, into: result)
        XCTAssertEqual(result.pixels, source.pixels)
      }
    }
  }

  func testPixelsThatNoFilterReachesDoNotCount() {
    let (result, expected) = (PixelImage(), PixelImage())
    for channels in [1, 3] {
      let source = randomPicture(height: 50, width: 60, channels: channels)
      let box = ImageBox(x: 20, y: 20, width: 16, height: 12)
      resizer.resize(source, box: box, height: 6, width: 8, filter: .bicubic, into: expected)
      // Two pixels of the result, four of the source, around the box.
      for row in 0..<50 {
        for column in 0..<60 where !(16..<36 ~= row && 16..<40 ~= column) {
          for channel in 0..<channels {
            source.bytes[(row * 60 + column) * channels + channel] ^= 0xFF
          }
        }
      }
      resizer.resize(source, box: box, height: 6, width: 8, filter: .bicubic, into: result)
      XCTAssertEqual(result.pixels, expected.pixels)
    }
  }

  func testAPictureDoesNotDependOnThoseBefore() {
    let source = randomPicture(height: 23, width: 31, channels: 3)
    let grey = randomPicture(height: 90, width: 80, channels: 1)
    let (first, other, second) = (PixelImage(), PixelImage(), PixelImage())
    resizer.resize(source, box: whole(source), height: 9, width: 14, filter: .bicubic, into: first)
    resizer.resize(grey, box: whole(grey), height: 9, width: 140, filter: .bicubic, into: other)
    resizer.resize(source, box: whole(source), height: 9, width: 14, filter: .bicubic, into: second)
    XCTAssertEqual(first.pixels, second.pixels)
  }
}
