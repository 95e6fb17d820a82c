/// The F distribution: that of a ratio of two variances.
package enum FDistribution {
  /// Share of the distribution at or above a ratio.
  ///
  /// - Parameters:
  ///   - ratio: At least 0.
  ///   - above: Degrees of freedom of the variance above the line; positive.
  ///   - below: Those of the one below it.
  package static func upperTail(_ ratio: Double, above: Int, below: Int) -> Double {
    let (first, second) = (Double(above), Double(below))
    let sum = second + first * ratio
    return IncompleteBeta.value(
      second / 2, first / 2, at: second / sum, complement: first * ratio / sum)
  }
}
