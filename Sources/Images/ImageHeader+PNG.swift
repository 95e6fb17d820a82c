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
          let height = bytes.number(at: 20, bytes: 4), let bits = bytes.number(at: 24, bytes: 1),
          let kind = bytes.number(at: 25, bytes: 1)
        else { throw .damaged(reason: "it does not begin with its header") }
        let orientation = orientation ?? .upright
        // Grey, colour, places in a palette, and the first two with alpha.
        let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][kind] ?? 4
        return ImageHeader(
          format: .png, height: height, width: width, orientation: orientation,
          cost: .png(
            pixels: Double(height) * Double(width), bits: bits, samples: samples,
            isTurned: orientation != .upright))
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
