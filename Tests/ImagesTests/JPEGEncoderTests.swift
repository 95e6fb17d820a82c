import Images
import XCTest

final class JPEGEncoderTests: XCTestCase {
  /// Mean difference, of 255, that quality 95 leaves of a photograph's pixels.
  private let meanError = 1.5

  func testEncodedPicturesAreDecodedAlmostAsTheyWere() throws {
    let decoder = ImageDecoder()
    let photo = try decoder.picture(Fixture.bytes(of: "photo.jpg"))
    let file = try JPEGEncoder().encode(photo, quality: 95)
    let decoded = try decoder.picture(file)
    XCTAssertLessThan(decoded.differences(from: photo).mean, meanError)
    XCTAssertLessThan(try JPEGEncoder().encode(photo, quality: 20).count, file.count / 3)

    let grey = PixelImage(
      try Fixture.bytes(of: "grey.raw"), height: 71, width: 97, channels: 1)
    let greyDecoded = try decoder.picture(try JPEGEncoder().encode(grey, quality: 95))
    let replicated = PixelImage(height: 71, width: 97, channels: 3)
    _ = replicated.bytes.update(fromContentsOf: grey.pixels.flatMap { [$0, $0, $0] })
    XCTAssertLessThan(greyDecoded.differences(from: replicated).mean, meanError)
  }

  func testAPictureWithoutPixelsIsNotEncoded() {
    let empty = PixelImage(height: 0, width: 5, channels: 3)
    XCTAssertThrowsError(try JPEGEncoder().encode(empty, quality: 90)) {
      guard case ImageError.notEncoded = $0 else { return XCTFail("\($0)") }
    }
  }
}
