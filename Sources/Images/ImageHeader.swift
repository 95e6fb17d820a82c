/// What must be known of a file before its pixels are decoded.
struct ImageHeader {
  /// Most chunks or segments of a file: a gigabyte of pixels in chunks of a kilobyte has as many.
  static let partLimit = 1_000_000

  let format: ImageFormat
  /// Rows as the file has them, before the orientation is applied.
  let height: Int
  /// Columns as the file has them, before the orientation is applied.
  let width: Int
  /// Whether the pixels are CMYK or YCCK.
  let isCMYK: Bool
  /// Whether the pixels are refined, or completed, from scan to scan.
  let hasManyScans: Bool
  let orientation: ExifOrientation
  /// What decoding it takes.
  let cost: DecodingCost

  /// Reads the header of a file of either format.
  ///
  /// - Throws: If the file is of no format that is read, is cut off or contradictory before the
  ///   first pixel, or costs more than a picture may.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) {
    switch try ImageFormat(bytes) {
    case .jpeg: self = try Self.jpeg(bytes)
    case .png: self = try Self.png(bytes)
    }
    if height == 0 || width == 0 {
      throw .damaged(reason: "its header says \(width) × \(height) pixels")
    }
    try cost.requireBounded(height: height, width: width)
  }

  init(
    format: ImageFormat, height: Int, width: Int, isCMYK: Bool = false,
    hasManyScans: Bool = false, orientation: ExifOrientation, cost: DecodingCost
  ) {
    self.format = format
    self.height = height
    self.width = width
    self.isCMYK = isCMYK
    self.hasManyScans = hasManyScans
    self.orientation = orientation
    self.cost = cost
  }

  /// Format and size of the upright picture.
  var description: ImageDescription {
    orientation.exchangesAxes
      ? ImageDescription(format: format, height: width, width: height)
      : ImageDescription(format: format, height: height, width: width)
  }
}
