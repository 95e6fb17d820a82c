/// Which pages of an array were written to: a bit for each, the highest of a byte first.
struct BitMarks {
  private let bytes: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  subscript(_ number: Int) -> Bool {
    bytes[bytes.startIndex + number / 8] & (0x80 >> UInt8(number % 8)) != 0
  }
}
