extension ImageHeader {
  /// Reads the segments of a JPEG file up to its first scan.
  ///
  /// `tjDecompressHeader3` would refuse pictures with uncommon chroma sampling, which can be decoded.
  static func jpeg(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) -> ImageHeader {
    var frame: UnsafeBufferPointer<UInt8>?
    var orientation: ExifOrientation?
    for segment in JPEGSegments(bytes) {
      switch segment.marker {
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        frame = frame ?? segment.payload
      case 0xE1 where orientation == nil && segment.payload.has("Exif\0\0".utf8, at: 0):
        orientation = ExifOrientation(tiff: UnsafeBufferPointer(rebasing: segment.payload[6...]))
      case JPEGSegments.scan, JPEGSegments.endOfImage:
        // A frame: bits a sample, rows, columns, components.
        guard let height = frame?.number(at: 1, bytes: 2),
          let width = frame?.number(at: 3, bytes: 2),
          let components = frame?.number(at: 5, bytes: 1)
        else { throw .damaged(reason: "it has no frame header") }
        return ImageHeader(
          format: .jpeg, height: height, width: width, isCMYK: components == 4,
          orientation: orientation ?? .upright)
      default: break
      }
    }
    throw .truncated
  }
}
