import HDF5

/// The checksums of an HDF5 file's structures (HDF5 File Format Specification 3.0), found by what
/// they are of: the bytes from a signature on, or from the checksum before where a structure has
/// pages.
struct Checksums {
  private let ranges: [Range<Int>]

  private static let signatures = [
    "\u{89}HDF", "OHDR", "OCHK", "FRHP", "FHDB", "FHIB", "BTHD", "BTIN", "BTLF", "FAHD", "FADB",
    "EAHD", "EAIB", "EASB", "EADB",
  ].map { $0.unicodeScalars.map { UInt8($0.value) } }
  private static let signaturesWithPages = ["FADB", "EADB"].map { Array($0.utf8) }
  /// Bytes of the longest structure that is looked for: a page of 1,024 chunks with filters.
  private static let longest = 1 << 14

  init(of bytes: [UInt8]) {
    let starts = bytes.indices.filter { start in
      Self.signatures.contains { bytes[start...].starts(with: $0) }
    }
    var ranges: [Range<Int>] = []
    for (start, next) in zip(starts, starts.dropFirst() + [bytes.count]) {
      let hasPages = Self.signaturesWithPages.contains { bytes[start...].starts(with: $0) }
      var start = start
      while let end = Self.end(of: start, in: bytes[..<next]) {
        ranges.append(start..<end)
        start = end + 4
        if !hasPages { break }
      }
    }
    self.ranges = ranges
  }

  /// Where the bytes end whose checksum follows.
  private static func end(of start: Int, in bytes: ArraySlice<UInt8>) -> Int? {
    let last = min(bytes.endIndex - 4, start + longest)
    guard start + 8 <= last else { return nil }
    return (start + 8...last).first { end in
      let stored = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[end + $1]) << UInt32(8 * $1) }
      return stored != 0 && stored != .max && stored == Lookup3.checksum(bytes[start..<end])
    }
  }

  /// Has all of them be those of what they stand behind.
  func renew(in bytes: inout [UInt8]) {
    for range in ranges where range.upperBound + 4 <= bytes.count {
      let checksum = Lookup3.checksum(bytes[range])
      for index in 0..<4 {
        bytes[range.upperBound + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index))
      }
    }
  }
}
