/// The bits of a deflate stream, lowest first (RFC 1951, section 3.1.1).
struct DeflateBits {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private var bits: UInt64 = 0
  private var bitCount = 0

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The next 56 bits at least, with zeros behind the end.
  mutating func peek() -> UInt64 {
    while bitCount <= 56, position < bytes.endIndex {
      bits |= UInt64(bytes[position]) << UInt64(bitCount)
      position += 1
      bitCount += 8
    }
    return bits
  }

  mutating func drop(_ count: Int) throws(StructureFault) {
    guard count <= bitCount else { throw .damaged("a compressed chunk ends too early") }
    bits >>= UInt64(count)
    bitCount -= count
  }

  /// A number of up to 32 bits.
  mutating func take(_ count: Int) throws(StructureFault) -> Int {
    let number = Int(peek() & ((1 << UInt64(count)) - 1))
    try drop(count)
    return number
  }

  /// Goes on at the next whole byte.
  mutating func align() throws(StructureFault) { try drop(bitCount % 8) }

  /// Passes whole bytes over.
  mutating func skip(bytes count: Int) throws(StructureFault) {
    let buffered = min(count, bitCount / 8)
    // A shift by all 64 bits is none.
    bits = buffered == 8 ? 0 : bits >> UInt64(8 * buffered)
    bitCount -= 8 * buffered
    guard count - buffered <= bytes.endIndex - position else {
      throw .damaged("a compressed chunk ends too early")
    }
    position += count - buffered
  }
}
