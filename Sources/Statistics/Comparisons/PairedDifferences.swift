/// Differences of pairs of values, as whole multiples of a common unit.
///
/// Scores are often multiples of one image's share. As floating-point numbers, 0.93 − 0.91 and 0.95
/// − 0.93 differ in the last bits, and whether two differences are equal, or several cancel, would
/// hang on that. The unit is 2⁻⁴⁰ of the largest value, far above the rounding and far below
/// anything measured; sums of the multiples are exact.
struct PairedDifferences: Sendable, Equatable {
  /// Binary digits that are kept of the largest value.
  private static let digits = 40

  /// The differences in units.
  let multiples: [Int]
  /// A power of two.
  private let unit: Double

  /// Takes values that belong together, in the same order.
  ///
  /// - Precondition: There are as many of both, and all are finite.
  init(_ first: [Double], _ second: [Double]) {
    precondition(
      first.count == second.count, "\(first.count) and \(second.count) values are no pairs")
    first.requireFinite("a difference")
    second.requireFinite("a difference")
    let largest = (first + second).reduce(Double.leastNormalMagnitude) { max($0, abs($1)) }
    let unit = Double(
      sign: .plus,
      exponent: max(largest.exponent - Self.digits, Double.leastNormalMagnitude.exponent),
      significand: 1)
    multiples = zip(first, second).map { Int((($0 - $1) / unit).rounded()) }
    self.unit = unit
  }

  /// The differences in the unit of the values.
  var values: [Double] { multiples.map { Double($0) * unit } }
}
