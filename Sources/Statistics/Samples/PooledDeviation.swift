/// The deviation that several samples have in common, each around a mean of its own.
package struct PooledDeviation: Sendable, Equatable {
  /// In the unit of the values; 0 where no sample varies.
  package let deviation: Double
  /// Values without one for each mean, at least 1: fewer than four tell a deviation to no better
  /// than a half of it.
  package let degrees: Int

  /// Takes the values of all samples.
  ///
  /// - Returns: `nil` where no sample has two values.
  /// - Precondition: All are finite.
  package init?(_ samples: [[Double]]) {
    for values in samples { values.requireFinite("a deviation") }
    degrees = samples.reduce(0) { $0 + max(0, $1.count - 1) }
    guard degrees > 0 else { return nil }
    let squares = samples.reduce(0) { $0 + $1.squaredDistances }
    deviation = (squares / Double(degrees)).squareRoot()
  }
}
