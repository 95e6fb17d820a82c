extension ImageHeader {
  /// Goes through the chunks of a PNG file (length, type, content, checksum) to its end.
  ///
  /// To the end, because the orientation may stand behind the pixels, and because a file without an
  /// end is cut off. Checksums are left to the decoder.
  static func png(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) -> ImageHeader {
    var orientation: ExifOrientation?
    var offset = 8
    while let length = bytes.number(at: offset, bytes: 4),
      let content = bytes.part(at: offset + 8, count: length)
    {
      if bytes.has("eXIf".utf8, at: offset + 4) {
        orientation = orientation ?? ExifOrientation(tiff: content)
      } else if bytes.has("IEND".utf8, at: offset + 4) {
        guard bytes.has("IHDR".utf8, at: 12), let width = bytes.number(at: 16, bytes: 4),
          let height = bytes.number(at: 20, bytes: 4)
        else { throw .damaged(reason: "it does not begin with its header") }
        return ImageHeader(
          format: .png, height: height, width: width, orientation: orientation ?? .upright)
      }
      offset += length + 12
    }
    throw .truncated
  }
}
