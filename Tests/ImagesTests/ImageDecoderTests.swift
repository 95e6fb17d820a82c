import Images
import XCTest

final class ImageDecoderTests: XCTestCase {
  /// Transform, chroma filter and conversion of colours are the same integers as Pillow's.
  private let jpegTolerance = 0
  /// Pillow cuts 16-bit samples off where libpng rounds.
  private let pngTolerance = 1
  /// Mean difference, of 255, between decoding at a fraction and averaging squares of the whole
  /// picture. It is 0.5 at a half, a quarter and an eighth: rounding, and the whole picture's
  /// limits.
  private let meanError = 0.7

  private let decoder = ImageDecoder()

  func testPicturesOfEveryKindHavePillowsPixels() throws {
    for fixture in try Fixture.checks().decoded {
      let picture = try decoder.picture(Fixture.bytes(of: fixture.file))
      let difference = picture.differences(from: try fixture.expectedPicture())
      let tolerance = fixture.file.hasSuffix("jpg") ? jpegTolerance : pngTolerance
      XCTAssertLessThanOrEqual(difference.greatest, tolerance, fixture.file)
    }
  }

  func testTheDescriptionIsThatOfTheUprightPicture() throws {
    for fixture in try Fixture.checks().decoded {
      XCTAssertEqual(
        try decoder.description(of: Fixture.bytes(of: fixture.file)),
        ImageDescription(
          format: fixture.file.hasSuffix("jpg") ? .jpeg : .png, height: fixture.height,
          width: fixture.width),
        fixture.file)
    }
  }

  func testReducedPicturesHavePillowsPixels() throws {
    for fixture in try Fixture.checks().reduced {
      let reduction = try XCTUnwrap(fixture.reduction)
      let picture = try decoder.picture(Fixture.bytes(of: fixture.file), reduction: reduction)
      let difference = picture.differences(from: try fixture.expectedPicture())
      XCTAssertLessThanOrEqual(difference.greatest, jpegTolerance, "1/\(reduction)")
    }
  }

  func testReducedPicturesAreCloseToAverages() throws {
    let file = try Fixture.bytes(of: "photo.jpg")
    let whole = try decoder.picture(file)
    let pixels = whole.pixels
    for reduction in [2, 4, 8] {
      let reduced = try decoder.picture(file, reduction: reduction)
      // Squares that lie within the picture.
      let (rows, columns) = (whole.height / reduction, whole.width / reduction)
      let reducedPixels = reduced.pixels
      var sum = 0.0
      for row in 0..<rows {
        for index in 0..<columns * 3 {
          var total = 0
          for y in 0..<reduction {
            for x in 0..<reduction {
              let column = index / 3 * reduction + x
              total += Int(
                pixels[((row * reduction + y) * whole.width + column) * 3 + index % 3])
            }
          }
          let average = Double(total) / Double(reduction * reduction)
          sum += abs(Double(reducedPixels[row * reduced.width * 3 + index]) - average)
        }
      }
      XCTAssertLessThan(sum / Double(rows * columns * 3), meanError, "1/\(reduction)")
    }
  }

  func testASideOfFewPixelsIsRoundedUpWhenReduced() throws {
    let row = PixelImage(height: 1, width: 3, channels: 3)
    row.bytes.update(repeating: 100)
    let file = try JPEGEncoder().encode(row, quality: 90)
    for (reduction, width) in [(1, 3), (2, 2), (4, 1), (8, 1)] {
      XCTAssertEqual(try decoder.picture(file, reduction: reduction).shape, [1, width, 3])
    }
  }

  func testPNGFilesAreNotReduced() throws {
    let file = try Fixture.bytes(of: "rgb.png")
    XCTAssertEqual(try decoder.picture(file, reduction: 8).shape, [31, 41, 3])
  }

  func testATurnedPictureIsReducedAndTurned() throws {
    let file = try Fixture.bytes(of: "orientation6.jpg")
    XCTAssertEqual(try decoder.picture(file, reduction: 4).shape, [6, 4, 3])
  }

  func testAPictureDoesNotDependOnThoseBefore() throws {
    var withoutTables = try Fixture.bytes(of: "grey.jpg")
    let table = try XCTUnwrap(
      withoutTables.indices.dropLast().first {
        withoutTables[$0] == 0xFF && withoutTables[$0 + 1] == 0xDB
      })
    withoutTables.removeSubrange(table..<table + 2 + 67)
    _ = try decoder.picture(Fixture.bytes(of: "grey.jpg"))
    XCTAssertThrowsError(try decoder.picture(withoutTables)) {
      guard case ImageError.damaged = $0 else { return XCTFail("\($0)") }
    }
  }
}
