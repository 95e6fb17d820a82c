import Foundation

/// Axes on which equal lengths are doublings.
extension PlotAxis {
  /// An axis of powers of two from 1 to `largest`, which need not be one.
  init(doublingsUpTo largest: Double) {
    let largest = max(largest, 2)
    let doublings = Int((log2(largest) + 1e-9).rounded(.down))
    let powers = stride(from: 0, through: doublings, by: doublings > 7 ? 2 : 1)
    self.init(
      from: 1, to: largest, isLogarithmic: true,
      ticks: powers.map { (Double(1 << $0), Double(1 << $0).text()) })
  }

  /// Ticks that an axis has at most: what a phone has room for.
  private static let tickLimit = 8
  /// Share of the length of values that is free on either side of them.
  private static let room = 0.04
  /// Doublings that an axis has at least, so that two ticks are on it.
  private static let leastDoublings = 2.2

  /// An axis that all `values`, which are above 0, fit on with some room beside them.
  ///
  /// - Parameter isMetric: Whether ticks have the prefixes of powers of a thousand. They follow
  ///   each other like 64, 125, 250, 500, 1000 then: doublings that begin anew with each prefix.
  init(doublingsOf values: some Sequence<Double>, isMetric: Bool) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values {
      low = min(low, log2(value))
      high = max(high, log2(value))
    }
    if low > high { (low, high) = (0, 1) }
    let missing = max(0, Self.leastDoublings - (high - low)) / 2
    let room = max(missing, Self.room * (high - low))
    // Beyond 2 to the power of 1,023 there is no number.
    (low, high) = (pow(2, max(low - room, -1000)), pow(2, min(high + room, 1000)))
    self.init(
      from: low, to: high, isLogarithmic: true,
      ticks: Self.doublings(from: low, to: high, isMetric: isMetric))
  }

  /// Every, every second, every fifth … of the doublings between two values.
  private static func doublings(
    from low: Double, to high: Double, isMetric: Bool
  ) -> [(value: Double, label: String)] {
    func number(_ value: Double) -> Double { isMetric ? log10(value) * 10 / 3 : log2(value) }
    let first = Int(number(low).rounded(.down)) - 1
    let last = Int(number(high).rounded(.up)) + 1
    for step in [1, 2, 5, 10, 20, 50, 100, 200, 500] {
      let values = (first...last).filter { $0.isMultiple(of: step) }
        .map { isMetric ? metricDoubling($0) : pow(2, Double($0)) }
        .filter { (low...high).contains($0) }
      guard values.count > tickLimit else {
        return values.map { ($0, isMetric ? $0.metricText : $0.plainText) }
      }
    }
    return []
  }

  /// Of ten doublings the first seven are exact, and the others those of 125 to 1000.
  private static func metricDoubling(_ number: Int) -> Double {
    let thousands = Int((Double(number) / 10).rounded(.down))
    let mantissas = [1, 2, 4, 8, 16, 32, 64, 125, 250, 500.0]
    return mantissas[number - 10 * thousands] * pow(1000, Double(thousands))
  }
}

extension Double {
  /// All digits of a power of two that is not far from 1, with thousands separated.
  fileprivate var plainText: String {
    self >= 1 && self < 1e7 ? text() : String(format: "%.6g", self)
  }
}
