/// Student's t distribution.
package struct StudentT: Sendable {
  /// Degrees of freedom, ν.
  package let degrees: Double

  /// - Precondition: The degrees of freedom are positive and finite.
  package init(degrees: Double) {
    precondition(degrees > 0 && degrees.isFinite, "\(degrees) degrees of freedom")
    self.degrees = degrees
  }

  /// Share of the distribution at or below a value, which may be infinite.
  package func cumulative(_ value: Double) -> Double { upperTail(-value) }

  /// Share of the distribution at or above a value; precise where it is small.
  package func upperTail(_ value: Double) -> Double {
    precondition(!value.isNaN, "a value of t that is not a number")
    guard value >= 0 else { return 1 - upperTail(-value) }
    let square = value / degrees * value
    let share = 1 / (1 + square)
    return IncompleteBeta.value(
      degrees / 2, 0.5, at: share, complement: 1 / (1 + 1 / square)) / 2
  }

  /// The value that a share of the distribution does not exceed.
  ///
  /// - Precondition: The share lies between 0 and 1, both excluded.
  package func quantile(_ share: Double) -> Double {
    precondition(share > 0 && share < 1, "\(share) is not a share between 0 and 1")
    guard share != 0.5 else { return 0 }
    let tail = min(share, 1 - share)
    let value =
      Bisection.threshold(upTo: .greatestFiniteMagnitude / 2) { upperTail($0) <= tail }
      ?? .greatestFiniteMagnitude
    return share < 0.5 ? -value : value
  }
}
