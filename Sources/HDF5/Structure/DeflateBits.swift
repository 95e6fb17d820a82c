/// The bits of a deflate stream, lowest first (RFC 1951, section 3.1.1).
struct DeflateBits {
  private let bytes: UnsafeRawBufferPointer
  /// The next byte to put into `bits`; counts on behind the end.
  private var position = 0
  private var bits: UInt64 = 0
  /// Bits that are ahead.
  private var count = 0

  /// What ``fill()`` has ahead.
  static let filledBitCount = 56

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Has 56 bits ahead at least, with zeros behind the end.
  ///
  /// - Throws: When some of these zeros were taken.
  @inline(__always)
  mutating func fill() throws(StructureFault) {
    guard position + 8 <= bytes.count else { return try fillAtEnd() }
    // What does not fit is put there again the next time.
    bits |=
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      &<< UInt64(count)
    position += (63 - count) >> 3
    count |= Self.filledBitCount
  }

  @inline(never)
  private mutating func fillAtEnd() throws(StructureFault) {
    try requireWithin()
    while count < Self.filledBitCount {
      if position < bytes.count { bits |= UInt64(bytes[position]) &<< UInt64(count) }
      position += 1
      count += 8
    }
  }

  /// Requires that no more was taken than there is.
  func requireWithin() throws(StructureFault) {
    guard position - count / 8 <= bytes.count else {
      throw .damaged("a compressed chunk ends too early")
    }
  }

  /// Some of the bits that are ahead.
  func peek(_ count: Int) -> Int { Int(truncatingIfNeeded: bits & (1 &<< UInt64(count) &- 1)) }

  /// Passes bits over that are ahead.
  mutating func drop(_ dropped: Int) {
    bits &>>= UInt64(dropped)
    count -= dropped
  }

  /// A number of up to 32 bits.
  mutating func take(_ count: Int) throws(StructureFault) -> Int {
    try fill()
    let number = peek(count)
    drop(count)
    return number
  }

  /// Goes on at the next whole byte.
  mutating func align() { drop(count % 8) }

  /// Passes whole bytes over.
  mutating func skip(bytes skipped: Int) throws(StructureFault) {
    position += skipped - count / 8
    (bits, count) = (0, 0)
    try requireWithin()
  }
}
