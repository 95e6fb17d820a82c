/// PNG files made by hand.
enum PNGFile {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// A chunk with its length and checksum.
  static func chunk(_ name: String, _ content: [UInt8] = []) -> [UInt8] {
    let body = Array(name.utf8) + content
    var sum: UInt32 = .max
    for byte in body {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return bigEndian(UInt32(content.count)) + body + bigEndian(~sum)
  }

  /// A grey picture of zeros; `count` is how many zeros its pixel data are instead of those it
  /// needs.
  static func black(
    side: Int, zeros count: Int? = nil, before: [UInt8] = [], behind: [UInt8] = []
  ) -> [UInt8] {
    let header = bigEndian(UInt32(side)) + bigEndian(UInt32(side)) + [8, 0, 0, 0, 0]
    return signature + chunk("IHDR", header) + before
      + chunk("IDAT", zeros(count ?? side * (side + 1))) + behind + chunk("IEND")
  }

  /// A picture whose rows, each with its filter before it, are given as they are inflated.
  static func picture(
    height: Int, width: Int, bits: UInt8 = 8, kind: UInt8 = 2, isInterlaced: Bool = false,
    orientation: UInt8? = nil, deflated: [UInt8]
  ) -> [UInt8] {
    let header =
      bigEndian(UInt32(width)) + bigEndian(UInt32(height))
      + [bits, kind, 0, 0, isInterlaced ? 1 : 0]
    let exif = orientation.map {
      chunk(
        "eXIf",
        Array("MM\0*\0\0\0\u{8}\0\u{1}\u{1}\u{12}\0\u{3}\0\0\0\u{1}\0".utf8) + [$0] + [0, 0] + [
          0, 0, 0, 0,
        ])
    }
    let palette = kind == 3 ? chunk("PLTE", [UInt8](repeating: 9, count: 6)) : []
    return signature + chunk("IHDR", header) + (exif ?? []) + palette
      + chunk("IDAT", deflated) + chunk("IEND")
  }

  /// Zeros, deflated (RFC 1950 and 1951) in one block of fixed codes: a zero, runs of 258, zeros.
  static func zeros(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = [0x78, 0x01]
    var byte: UInt8 = 0
    var bit = 0
    func put(_ code: Int, _ width: Int, mostSignificantFirst: Bool = true) {
      for place in 0..<width {
        let shift = mostSignificantFirst ? width - 1 - place : place
        byte |= UInt8(code >> shift & 1) << UInt8(bit)
        bit += 1
        if bit == 8 {
          bytes.append(byte)
          (byte, bit) = (0, 0)
        }
      }
    }
    put(0b011, 3, mostSignificantFirst: false)
    put(0b0011_0000, 8)
    for _ in 0..<(count - 1) / 258 {
      put(0b1100_0101, 8)
      put(0, 5)
    }
    for _ in 0..<(count - 1) % 258 { put(0b0011_0000, 8) }
    put(0, 7)
    if bit > 0 { bytes.append(byte) }
    // Adler-32: the first sum stays 1, the second counts.
    return bytes + bigEndian(UInt32(count % 65_521) << 16 | 1)
  }

  /// Bytes in one block that is not deflated.
  static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var (first, second): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      first = (first + UInt32(byte)) % 65_521
      second = (second + first) % 65_521
    }
    let length = [UInt8(bytes.count & 255), UInt8(bytes.count >> 8)]
    return [0x78, 0x01, 0x01] + length + length.map { ~$0 } + bytes
      + bigEndian(second << 16 | first)
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }
}
