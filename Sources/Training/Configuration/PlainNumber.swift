/// A number of YAML's core schema (yaml.org/spec/1.2.2, section 10.3.2).
enum PlainNumber {
  /// `nil` for one that an `Int` cannot hold.
  case integer(Int?)
  case real(Double)

  /// Reads `+3`, `0o17`, `0x1F`, `.5`, `1e-3` or `-.inf`; `nil` for other text, also "not a
  /// number".
  init?(_ text: String) {
    let digits =
      text.utf8.first.map { $0 == Self.plus || $0 == Self.minus } == true
      ? text.utf8.dropFirst() : text.utf8[...]
    for (prefix, radix) in [("0o", 8), ("0x", 16)] where text.hasPrefix(prefix) {
      let digits = text.dropFirst(prefix.count)
      guard !digits.isEmpty, digits.allSatisfy({ $0.isHexDigit && $0.isASCII }) else { return nil }
      // Of a number that is none of this base, or that is too large, only the former is no number.
      guard digits.allSatisfy({ ($0.hexDigitValue ?? radix) < radix }) else { return nil }
      self = .integer(Int(digits, radix: radix))
      return
    }
    if [".inf", ".Inf", ".INF"].contains(String(digits)) {
      self = .real(text.hasPrefix("-") ? -.infinity : .infinity)
    } else if !digits.isEmpty, digits.allSatisfy(Self.isDigit) {
      self = .integer(Int(text))
    } else if Self.isReal(digits), let value = Double(text) {
      self = .real(value)
    } else {
      return nil
    }
  }

  private static let plus = UInt8(ascii: "+")
  private static let minus = UInt8(ascii: "-")

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// Whether digits have a point, an exponent, or both.
  private static func isReal(_ text: Substring.UTF8View) -> Bool {
    var rest = text.drop(while: isDigit)
    var count = text.count - rest.count
    if rest.first == UInt8(ascii: ".") {
      let fraction = rest.dropFirst()
      rest = fraction.drop(while: isDigit)
      count += fraction.count - rest.count
    }
    guard count > 0 else { return false }
    guard let sign = rest.first else { return true }
    guard sign == UInt8(ascii: "e") || sign == UInt8(ascii: "E") else { return false }
    var exponent = rest.dropFirst()
    if let first = exponent.first, first == plus || first == minus {
      exponent = exponent.dropFirst()
    }
    return !exponent.isEmpty && exponent.allSatisfy(isDigit)
  }
}
