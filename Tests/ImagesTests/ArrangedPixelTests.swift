import Images
import XCTest

/// Pixels in the orders that files can have them in: passes, and turned.
final class ArrangedPixelTests: XCTestCase {
  private let decoder = ImageDecoder()

  /// Red, green, blue and alpha of a place, no two of which are alike.
  private func pixel(_ row: Int, _ column: Int) -> [UInt8] {
    [
      UInt8(7 * row & 255), UInt8(11 * column & 255), UInt8((row ^ column) & 255),
      UInt8(255 - (row + 2 * column) % 200),
    ]
  }

  /// Adam7: the first column and row of each pass, and the way to the next ones.
  private let passes = [
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
    (0, 1, 1, 2),
  ]

  private func file(
    _ height: Int, _ width: Int, channels: Int, isInterlaced: Bool, orientation: UInt8? = nil
  ) -> [UInt8] {
    var rows: [UInt8] = []
    for (left, top, right, down) in isInterlaced ? passes : [(0, 0, 1, 1)] where left < width {
      for row in stride(from: top, to: height, by: down) {
        rows.append(0)
        for column in stride(from: left, to: width, by: right) {
          rows += pixel(row, column).prefix(channels)
        }
      }
    }
    return PNGFile.picture(
      height: height, width: width, kind: channels == 4 ? 6 : 2, isInterlaced: isInterlaced,
      orientation: orientation, deflated: PNGFile.stored(rows))
  }

  /// A pixel over white.
  private func shown(_ pixel: [UInt8], channels: Int) -> [UInt8] {
    pixel.prefix(3).map {
      let alpha = channels == 4 ? Double(pixel[3]) / 255 : 1
      return UInt8((Double($0) * alpha + 255 * (1 - alpha)).rounded())
    }
  }

  func testPassesOfEverySizeAreSpread() throws {
    for height in 1...10 {
      for width in 1...10 {
        for channels in [3, 4] {
          let picture = try decoder.picture(
            file(height, width, channels: channels, isInterlaced: true))
          let expected = (0..<height).flatMap { row in
            (0..<width).flatMap { shown(pixel(row, $0), channels: channels) }
          }
          XCTAssertEqual(picture.shape, [height, width, 3])
          XCTAssertEqual(picture.pixels, expected, "\(height) × \(width) × \(channels)")
        }
      }
    }
  }

  func testEveryOrientationOfPicturesOfManyTilesIsTurnedUpright() throws {
    for (height, width) in [(70, 150), (150, 70), (1, 200), (200, 1), (64, 16), (17, 65)] {
      for orientation in 1...8 {
        for (channels, isInterlaced) in [(3, false), (4, false), (4, true)] {
          let picture = try decoder.picture(
            file(
              height, width, channels: channels, isInterlaced: isInterlaced,
              orientation: UInt8(orientation)))
          let isTurned = orientation > 4
          let (rows, columns) = isTurned ? (width, height) : (height, width)
          XCTAssertEqual(picture.shape, [rows, columns, 3])
          // EXIF 2.32, tag 0x0112: where the first row and the first column of the file are.
          let isFromBottom = [3, 4, 7, 8].contains(orientation)
          let isFromRight = [2, 3, 6, 7].contains(orientation)
          var expected: [UInt8] = []
          for row in 0..<rows {
            for column in 0..<columns {
              let down = isFromBottom ? rows - 1 - row : row
              let right = isFromRight ? columns - 1 - column : column
              expected += shown(
                isTurned ? pixel(right, down) : pixel(down, right), channels: channels)
            }
          }
          XCTAssertEqual(
            picture.pixels, expected, "\(height) × \(width), orientation \(orientation)")
        }
      }
    }
  }
}
