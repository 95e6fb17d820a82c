extension ImageHeader {
  /// Goes through the chunks of a PNG file (length, type, content, checksum) to its end.
  ///
  /// To the end, because the orientation may stand behind the pixels, and because a file without an
  /// end is cut off. Checksums are left to the decoder.
  static func png(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) -> ImageHeader {
    var orientation: ExifOrientation?
    var offset = 8
    var chunkCount = 0
    while let length = bytes.number(at: offset, bytes: 4),
      let content = bytes.part(at: offset + 8, count: length),
      let name = bytes.number(at: offset + 4, bytes: 4)
    {
      if name == eXIf {
        // Some programs write the mark that JPEG files have.
        let start = content.has("Exif\0\0".utf8, at: 0) ? 6 : 0
        orientation =
          orientation
          ?? ExifOrientation(tiff: UnsafeBufferPointer(rebasing: content[start...]))
      } else if name == iend {
        guard bytes.has("IHDR".utf8, at: 12), let width = bytes.number(at: 16, bytes: 4),
          let height = bytes.number(at: 20, bytes: 4)
        else { throw .damaged(reason: "it does not begin with its header") }
        return ImageHeader(
          format: .png, height: height, width: width, orientation: orientation ?? .upright)
      }
      chunkCount += 1
      guard chunkCount <= partLimit else {
        throw .costly(reason: "it is in more than \(partLimit) chunks")
      }
      offset += length + 12
    }
    throw .truncated
  }

  private static let eXIf = 0x6558_4966
  private static let iend = 0x4945_4E44
}
