/// The kinds of picture files that can be read.
public enum ImageFormat: String, Sendable {
  /// Baseline or progressive JPEG: grey, colour, CMYK or YCCK, 8 bits.
  case jpeg
  /// PNG of every colour type and depth.
  case png

  /// Recognises a file by its first bytes; its name says nothing.
  ///
  /// - Throws: ``ImageError/empty``, ``ImageError/unsupported(format:)`` for common formats that
  ///   are not read, ``ImageError/unknownFormat`` for anything else.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) {
    if bytes.isEmpty { throw .empty }
    if bytes.has([0xFF, 0xD8, 0xFF], at: 0) {
      self = .jpeg
    } else if bytes.has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], at: 0) {
      self = .png
    } else if let name = Self.otherKinds.first(where: { _, marks in
      marks.allSatisfy { offset, mark in bytes.has(mark, at: offset) }
    })?.name {
      throw .unsupported(format: name)
    } else {
      throw .unknownFormat
    }
  }

  /// Whether a file that begins so is one of those that can be read.
  package static func recognizes(_ beginning: [UInt8]) -> Bool {
    beginning.withUnsafeBufferPointer { (try? ImageFormat($0)) != nil }
  }

  /// What else is found under the names of pictures, and the bytes that it begins with.
  private static let otherKinds: [(name: String, marks: [(offset: Int, bytes: [UInt8])])] =
    [
      ("GIF", "GIF8"), ("TIFF", "II*\0"), ("TIFF", "MM\0*"), ("TIFF", "II+\0"), ("TIFF", "MM\0+"),
      ("a Photoshop file", "8BPS"), ("PDF", "%PDF-"), ("JPEG XL", "\0\0\0\u{C}JXL "),
      ("JPEG 2000", "\0\0\0\u{C}jP  "), ("a web page", "<html"), ("a web page", "<HTML"),
      ("a web page", "<!DOCTYPE"), ("a web page", "<!doctype"), ("SVG", "<svg"), ("XML", "<?xml"),
      ("a pointer of Git LFS without its file", "version https://git-lfs"),
      ("an AppleDouble file of macOS", "\0\u{5}\u{16}\u{7}"),
    ].map { ($0.0, [(0, Array($0.1.utf8))]) }
    + ["avif", "avis"].map { ("AVIF", [(4, Array("ftyp\($0)".utf8))]) }
    + ["hei", "hev", "mif1", "msf1"].map { ("HEIC", [(4, Array("ftyp\($0)".utf8))]) }
    + [
      ("JPEG XL", [(0, [0xFF, 0x0A])]), ("JPEG 2000", [(0, [0xFF, 0x4F, 0xFF, 0x51])]),
      ("WebP", [(0, Array("RIFF".utf8)), (8, Array("WEBP".utf8))]),
      ("BMP", [(0, Array("BM".utf8)), (6, [0, 0, 0, 0])]),
    ]
}
