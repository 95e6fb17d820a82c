import Images
import XCTest

final class PixelImageTests: XCTestCase {
  func testACopyHasTheShapeAndThePixelsOfItsOriginal() {
    let original = PixelImage(height: 3, width: 2, channels: 3)
    for index in 0..<original.byteCount { original.bytes[index] = UInt8(index * 7) }
    let copy = PixelImage(height: 1, width: 1, channels: 1)
    copy.copy(original)
    XCTAssertEqual([copy.height, copy.width, copy.channels], [3, 2, 3])
    XCTAssertEqual(Array(copy.bytes), Array(original.bytes))
  }
}
