extension ImageHeader {
  /// Reads the segments of a JPEG file up to its first scan.
  ///
  /// `tjDecompressHeader3` would refuse pictures with uncommon chroma sampling, which can be
  /// decoded.
  static func jpeg(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) -> ImageHeader {
    var frame: (marker: UInt8, content: UnsafeBufferPointer<UInt8>)?
    var exif: UnsafeBufferPointer<UInt8>?
    for (index, segment) in JPEGSegments(bytes).enumerated() {
      guard index < partLimit else {
        throw .costly(reason: "it has more than \(partLimit) segments before its pixels")
      }
      switch segment.marker {
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF, 0xF7:
        frame = frame ?? (segment.marker, segment.payload)
      case 0xE1 where exif == nil && segment.payload.has("Exif\0\0".utf8, at: 0):
        exif = UnsafeBufferPointer(rebasing: segment.payload[6...])
      case JPEGSegments.scan, JPEGSegments.endOfImage:
        // A frame: bits a sample, rows, columns, components.
        guard let frame, let bits = frame.content.number(at: 0, bytes: 1),
          let height = frame.content.number(at: 1, bytes: 2),
          let width = frame.content.number(at: 3, bytes: 2),
          let components = frame.content.number(at: 5, bytes: 1)
        else { throw .damaged(reason: "it has no frame header") }
        if let kind = unreadable(marker: frame.marker, bits: bits, components: components) {
          throw .unsupportedJPEG(kind: kind)
        }
        // A scan begins with the number of its components; one of all of them is the only one.
        let isProgressive = frame.marker == 0xC2 || frame.marker == 0xCA
        let inScan = segment.payload.number(at: 0, bytes: 1)
        let orientation = exif.flatMap { ExifOrientation(tiff: $0) } ?? .upright
        let hasManyScans = isProgressive || inScan != components
        return ImageHeader(
          format: .jpeg, height: height, width: width, isCMYK: components == 4,
          hasManyScans: hasManyScans, orientation: orientation,
          cost: .jpeg(
            pixels: Double(height) * Double(width),
            samples: samplesPerPixel(frame.content, components),
            isCMYK: components == 4, hasManyScans: hasManyScans, isArithmetic: frame.marker > 0xC8,
            isTurned: orientation != .upright, byteCount: bytes.count))
      default: break
      }
    }
    throw .truncated
  }

  /// Samples of all components for a pixel: 3, less what components are stored smaller.
  ///
  /// A frame has three bytes for each component: its name, its two factors, its table.
  private static func samplesPerPixel(
    _ frame: UnsafeBufferPointer<UInt8>, _ components: Int
  ) -> Double {
    let factors = (0..<components).compactMap { frame.number(at: 7 + 3 * $0, bytes: 1) }
      .map { (across: $0 >> 4, down: $0 & 15) }
    guard let across = factors.map(\.across).max(), let down = factors.map(\.down).max(),
      across > 0, down > 0
    else { return Double(components) }
    return Double(factors.reduce(0) { $0 + $1.across * $1.down }) / Double(across * down)
  }

  /// What kind of JPEG file (ITU-T T.81, table B.1; JPEG-LS: T.87) it is that the library has no
  /// decoder for; `nil` where it has.
  private static func unreadable(marker: UInt8, bits: Int, components: Int) -> String? {
    switch marker {
    case 0xF7: "of JPEG-LS"
    case 0xC3, 0xCB: "without loss"
    case 0xC5...0xC7, 0xCD...0xCF: "in a hierarchy of frames"
    case _ where bits != 8 && bits > 0: "of \(bits) bits a sample"
    case _ where ![1, 3, 4].contains(components) && components > 0: "of \(components) channels"
    default: nil
    }
  }
}
