import ArgumentParser

/// How numbers on the command line are read: every one has bounds, which its error names, so that
/// nothing that is computed from them overflows.
enum BoundedNumber {
  /// What is wrong with a number.
  struct Refusal: Error, CustomStringConvertible {
    let description: String
  }

  /// Reads an integer, for `transform` of an option.
  ///
  /// - Parameter unit: What is counted, such as "images".
  static func whole(
    _ range: ClosedRange<Int>, _ unit: String
  ) -> @Sendable (String) throws(Refusal) -> Int {
    { text throws(Refusal) in try whole(text[...], range, unit) }
  }

  /// Reads a number with decimals, for `transform` of an option.
  ///
  /// - Parameter unit: What is measured, such as "seconds".
  static func real(
    _ range: ClosedRange<Double>, _ unit: String
  ) -> @Sendable (String) throws(Refusal) -> Double {
    { text throws(Refusal) in
      guard let value = real(text[...]), range.contains(value) else {
        throw Refusal(description: allowed(range, unit))
      }
      return value
    }
  }

  /// Reads an integer that is a part of an option's value.
  static func whole(
    _ text: some StringProtocol, _ range: ClosedRange<Int>, _ unit: String
  ) throws(Refusal) -> Int {
    guard let value = Int(text), range.contains(value) else {
      throw Refusal(description: allowed(range, unit))
    }
    return value
  }

  /// A finite number in decimal digits.
  static func real(_ text: some StringProtocol) -> Double? {
    guard text.allSatisfy("0123456789+-.eE".contains), let value = Double(text), value.isFinite
    else { return nil }
    return value
  }

  private static func allowed(_ range: ClosedRange<some Comparable>, _ unit: String) -> String {
    "allowed: \(range.lowerBound) to \(range.upperBound) \(unit)"
  }
}
