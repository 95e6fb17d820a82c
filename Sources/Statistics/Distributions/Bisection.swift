/// Finds where a condition begins to hold.
enum Bisection {
  /// The least number of a range for which a condition holds, to the last bit.
  ///
  /// - Parameters:
  ///   - range: At its upper end the condition holds.
  ///   - holds: False below some number and true above it.
  static func threshold(
    in range: ClosedRange<Double>, _ holds: (Double) -> Bool
  ) -> Double {
    var (low, high) = (range.lowerBound, range.upperBound)
    while true {
      let middle = low + (high - low) / 2
      guard low < middle, middle < high else { return high }
      if holds(middle) { high = middle } else { low = middle }
    }
  }

  /// The least positive number for which a condition holds that holds for all large ones.
  ///
  /// - Returns: `nil` where it does not hold at `limit` either.
  static func threshold(upTo limit: Double, _ holds: (Double) -> Bool) -> Double? {
    var high = 1.0
    while !holds(high) {
      guard high < limit else { return nil }
      high *= 2
    }
    // Larger than 1, the threshold lies in the last doubling.
    return threshold(in: (high > 1 ? high / 2 : 0)...high, holds)
  }
}
