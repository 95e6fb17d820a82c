import Boundary
import Foundation
import Images

/// JPEG and PNG files, with EXIF data, of all kinds that are decoded.
struct PictureSurface: Surface {
  static let name = "picture"
  let examples: [[UInt8]]
  let words = [
    [0xFF, 0xC0], [0xFF, 0xC2], [0xFF, 0xC4], [0xFF, 0xDA], [0xFF, 0xD9], [0xFF, 0xE1],
  ]
  .map { $0.map(UInt8.init) + [0, 8] }

  /// Bytes of the largest example: more would be slow without being different.
  private static let limit = 20_000

  init(place: String) throws {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "ImagesTests/Fixtures")
    let names = try FileManager.default.contentsOfDirectory(atPath: fixtures.path).sorted()
      .filter { $0.hasSuffix(".jpg") || $0.hasSuffix(".png") }
    let files = try names.map {
      try RegularFile(fixtures.appending(path: $0).path).contents(limit: .max)
    }.filter { $0.count < Self.limit }
    let exif = files.filter { $0.starts(with: [0xFF, 0xD8]) }.prefix(3).map(Self.turned)
    examples = files + exif
  }

  /// With an EXIF segment: an orientation of type LONG behind another entry.
  private static func turned(_ jpeg: [UInt8]) -> [UInt8] {
    let directory: [UInt8] =
      Array("MM\0*\0\0\0\u{8}\0\u{2}".utf8)
      + [1, 0x0E, 0, 2, 0, 0, 0, 2] + [0x61, 0, 0, 0]
      + [1, 0x12, 0, 4, 0, 0, 0, 1] + [0, 0, 0, 6] + [0, 0, 0, 0]
    let content = Array("Exif\0\0".utf8) + directory
    let length = content.count + 2
    return jpeg[..<2] + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + content + jpeg[2...]
  }

  /// Three PNG files in four get the checksums of their chunks.
  func seal(_ mutant: inout [UInt8], example: Int, _ random: inout Mutator) throws {
    guard mutant.starts(with: [0x89, 0x50]), random.chance(0.75) else { return }
    var place = 8
    while place + 12 <= mutant.count {
      let length = mutant[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = place + 8 + length
      guard end + 4 <= mutant.count else { return }
      let checksum = Self.checksum(mutant[place + 4..<end])
      for index in 0..<4 { mutant[end + index] = UInt8(checksum >> (24 - 8 * index) & 255) }
      place = end + 4
    }
  }

  /// CRC-32 as PNG has it (ISO 3309).
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1
      }
    }
  }

  func feed(_ mutant: [UInt8]) throws {
    let decoder = ImageDecoder()
    let image = PixelImage()
    try mutant.withUnsafeBufferPointer { bytes in
      let description = try decoder.describe(bytes)
      try decoder.decode(bytes, into: image)
      guard image.height == description.height, image.width == description.width,
        image.channels == 3
      else { throw Violation(description: "it is said to be \(description)") }
      try decoder.decode(bytes, reduction: 4, into: image)
    }
  }
}
