extension Sequence<UInt8> {
  /// The bytes as lower-case hexadecimal text, such as a hash is written in.
  package var hexadecimal: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
