extension Double {
  /// Reads digits and a point alone: no sign, no exponent, nothing hexadecimal.
  package init?(decimal text: Substring) {
    let isPlain = text.utf8.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".")
    }
    guard isPlain, let value = Double(text) else { return nil }
    self = value
  }
}
