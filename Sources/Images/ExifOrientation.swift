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

  /// Reads the orientation from a TIFF structure as EXIF has it; `nil` if it has none that is
  /// valid.
  ///
  /// EXIF wants one value of two bytes. Other numbers of any width are written, too, and read as
  /// Pillow reads them: the first of several values counts, bytes and texts do not.
  init?(tiff: UnsafeBufferPointer<UInt8>) {
    let isLittleEndian = tiff.has("II".utf8, at: 0)
    let marks = isLittleEndian ? ["II*\0", "II\0*"] : ["MM\0*", "MM*\0"]
    guard marks.contains(where: { tiff.has($0.utf8, at: 0) }) else { return nil }
    func number(_ offset: Int, _ bytes: Int) -> Int? {
      tiff.number(at: offset, bytes: bytes, isLittleEndian: isLittleEndian)
    }
    guard let directory = number(4, 4), let entryCount = number(directory, 2) else { return nil }
    // An entry: tag, type, number of values (4 bytes), and up to 4 bytes of values or their place.
    for entry in 0..<entryCount {
      let start = directory + 2 + 12 * entry
      guard let tag = number(start, 2), let type = number(start + 2, 2),
        let count = number(start + 4, 4), let place = number(start + 8, 4)
      else { return nil }
      guard tag == 0x0112, count > 0, let width = Self.width(ofType: type) else { continue }
      let values = width * count <= 4 ? start + 8 : place
      guard tiff.part(at: values, count: width * count) != nil else { continue }
      self.init(rawValue: Self.value(ofType: type, at: values, number) ?? 0)
      return
    }
    return nil
  }

  /// Bytes of a value of a type of TIFF 6.0, section 2; `nil` for types that do not exist.
  private static func width(ofType type: Int) -> Int? {
    switch type {
    case 1, 2, 6, 7: 1
    case 3, 8: 2
    case 4, 9, 11, 13: 4
    case 5, 10, 12: 8
    default: nil
    }
  }

  /// A whole number that is not negative; `nil` where it is none.
  private static func value(
    ofType type: Int, at place: Int, _ number: (Int, Int) -> Int?
  ) -> Int? {
    switch type {
    case 3, 8: return number(place, 2)
    case 4, 9, 13: return number(place, 4)
    case 6: return number(place, 1)
    case 5, 10:
      guard let numerator = number(place, 4), let denominator = number(place + 4, 4),
        denominator != 0, numerator.isMultiple(of: denominator)
      else { return nil }
      return numerator / denominator
    default: return nil
    }
  }
}
