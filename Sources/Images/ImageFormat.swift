/// The kinds of picture files that can be read.
public enum ImageFormat: String, Sendable {
  /// Baseline or progressive JPEG: grey, colour, CMYK or YCCK, 8 bits.
  case jpeg
  /// PNG of every colour type and depth.
  case png

  /// Recognises a file by its first bytes; its name says nothing.
  ///
  /// - Throws: ``ImageError/empty``, ``ImageError/unsupported(format:)`` for common formats that are
  ///   not read, ``ImageError/unknownFormat`` for anything else.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) {
    if bytes.isEmpty { throw .empty }
    if bytes.has([0xFF, 0xD8, 0xFF], at: 0) {
      self = .jpeg
    } else if bytes.has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], at: 0) {
      self = .png
    } else if bytes.has("GIF8".utf8, at: 0) {
      throw .unsupported(format: "GIF")
    } else if bytes.has("BM".utf8, at: 0) && bytes.has([0, 0, 0, 0], at: 6) {
      throw .unsupported(format: "BMP")
    } else if bytes.has("RIFF".utf8, at: 0) && bytes.has("WEBP".utf8, at: 8) {
      throw .unsupported(format: "WebP")
    } else if bytes.has("II*\0".utf8, at: 0) || bytes.has("MM\0*".utf8, at: 0) {
      throw .unsupported(format: "TIFF")
    } else if bytes.has("ftypavif".utf8, at: 4) {
      throw .unsupported(format: "AVIF")
    } else if bytes.has("ftyphei".utf8, at: 4) || bytes.has("ftypmif1".utf8, at: 4) {
      throw .unsupported(format: "HEIC")
    } else {
      throw .unknownFormat
    }
  }
}
