/// How the rows and columns of a file lie in the upright picture; raw values as in EXIF 2.32, tag
/// 0x0112.
enum ExifOrientation: Int, CaseIterable {
  /// The first row is the top, the first column the left side.
  case upright = 1
  /// Left and right are exchanged.
  case mirrored
  /// Upside down.
  case halfTurned
  /// Top and bottom are exchanged.
  case flipped
  /// The first row is the left side, the first column the top.
  case transposed
  /// The first row is the right side, the first column the top: turn clockwise to see it upright.
  case quarterTurned
  /// The first row is the right side, the first column the bottom.
  case transversed
  /// The first row is the left side, the first column the bottom.
  case threeQuartersTurned

  /// Whether rows of the file are columns of the upright picture.
  var exchangesAxes: Bool { rawValue >= ExifOrientation.transposed.rawValue }

  /// Reads the orientation from a TIFF structure as EXIF has it; `nil` if it has none that is valid.
  init?(tiff: UnsafeBufferPointer<UInt8>) {
    let isLittleEndian = tiff.has("II*\0".utf8, at: 0)
    guard isLittleEndian || tiff.has("MM\0*".utf8, at: 0) else { return nil }
    func number(_ offset: Int, _ bytes: Int) -> Int? {
      tiff.number(at: offset, bytes: bytes, isLittleEndian: isLittleEndian)
    }
    guard let directory = number(4, 4), let entryCount = number(directory, 2) else { return nil }
    // An entry: tag, type (3: two bytes), number of values (4 bytes), value.
    for entry in 0..<entryCount {
      let start = directory + 2 + 12 * entry
      guard let tag = number(start, 2), let type = number(start + 2, 2) else { return nil }
      guard tag == 0x0112 else { continue }
      guard type == 3, number(start + 4, 4) == 1, let value = number(start + 8, 2) else {
        return nil
      }
      self.init(rawValue: value)
      return
    }
    return nil
  }
}
