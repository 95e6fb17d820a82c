import Foundation
import Images
import XCTest

/// A picture file or raw pixels, and what has to come out of it.
struct Fixture: Decodable {
  /// Files and their pixels as Pillow has them.
  struct Checks: Decodable {
    let decoded: [Fixture]
    let reduced: [Fixture]
    let resized: [Fixture]
  }

  let file: String
  let reduction: Int?
  let sourceHeight: Int?
  let sourceWidth: Int?
  let filter: String?
  let box: [Double]?
  let pixels: String
  let height: Int
  let width: Int
  let channels: Int

  static func checks() throws -> Checks {
    try JSONDecoder().decode(Checks.self, from: Data(bytes(of: "expected.json")))
  }

  static func bytes(of name: String) throws -> [UInt8] {
    let folder = try XCTUnwrap(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return Array(try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  func expectedPicture() throws -> PixelImage {
    PixelImage(try Self.bytes(of: pixels), height: height, width: width, channels: channels)
  }
}

extension PixelImage {
  convenience init(_ pixels: [UInt8], height: Int, width: Int, channels: Int) {
    self.init(height: height, width: width, channels: channels)
    XCTAssertEqual(pixels.count, byteCount)
    _ = bytes.update(fromContentsOf: pixels)
  }

  var shape: [Int] { [height, width, channels] }

  /// A copy, which stays when the picture goes.
  var pixels: [UInt8] { withExtendedLifetime(self) { Array(bytes) } }

  /// Greatest and mean difference of a channel from another picture of the same shape.
  func differences(from other: PixelImage) -> (greatest: Int, mean: Double) {
    XCTAssertEqual(shape, other.shape)
    let differences = zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }
    return (
      differences.max() ?? 0, Double(differences.reduce(0, +)) / Double(max(1, differences.count))
    )
  }
}

extension ImageDecoder {
  func picture(_ file: [UInt8], reduction: Int = 1) throws(ImageError) -> PixelImage {
    let image = PixelImage()
    try file.withUnsafeBufferPointer { bytes throws(ImageError) in
      try decode(bytes, reduction: reduction, into: image)
    }
    return image
  }

  func description(of file: [UInt8]) throws(ImageError) -> ImageDescription {
    try file.withUnsafeBufferPointer { bytes throws(ImageError) in try describe(bytes) }
  }
}
