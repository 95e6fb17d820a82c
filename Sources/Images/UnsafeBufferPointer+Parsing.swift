/// Reading of files whose lengths and offsets may lie: nothing beyond the end is touched.
extension UnsafeBufferPointer<UInt8> {
  /// Whether these bytes are there from byte `offset` on.
  func has(_ expected: some Collection<UInt8>, at offset: Int) -> Bool {
    part(at: offset, count: expected.count)?.elementsEqual(expected) ?? false
  }

  /// The bytes from `offset` on, or `nil` where the file is shorter.
  func part(at offset: Int, count length: Int) -> UnsafeBufferPointer<UInt8>? {
    guard offset >= 0, length >= 0, offset <= count, length <= count - offset else { return nil }
    return UnsafeBufferPointer(rebasing: self[offset..<offset + length])
  }

  /// The unsigned number of `length` bytes, up to 4, at `offset`; `nil` where the file is shorter.
  func number(at offset: Int, bytes length: Int, isLittleEndian: Bool = false) -> Int? {
    guard let digits = part(at: offset, count: length) else { return nil }
    return isLittleEndian
      ? digits.reversed().reduce(0) { $0 << 8 | Int($1) }
      : digits.reduce(0) { $0 << 8 | Int($1) }
  }
}
