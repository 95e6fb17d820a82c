import Foundation
import Images

/// A JPEG file of noise that no other number gives.
package func jpegFile(_ number: Int, height: Int = 16, width: Int = 24) throws -> Data {
  let image = PixelImage(height: height, width: width, channels: 3)
  var state = UInt32(truncatingIfNeeded: number) &* 2_654_435_761 &+ 1
  for index in 0..<image.byteCount {
    state = state &* 1_664_525 &+ 1_013_904_223
    // Soft noise over a grey of its own: a file that stays small.
    image.start[index] = UInt8(truncatingIfNeeded: (state >> 27) + 7 * UInt32(number % 30))
  }
  return Data(try JPEGEncoder().encode(image, quality: 90))
}

/// The smallest PNG file: one grey pixel.
package let pngFile = Data([
  0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
  0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b,
  0x55, 0x00, 0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x68, 0x00, 0x00, 0x00,
  0x82, 0x00, 0x81, 0xda, 0x45, 0x08, 0x3b, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae,
  0x42, 0x60, 0x82,
])

extension URL {
  /// Writes a file below this folder, and the folders on the way to it.
  package func write(_ data: Data, to path: String) throws {
    let file = URL(fileURLWithPath: self.path + "/" + path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }
}
