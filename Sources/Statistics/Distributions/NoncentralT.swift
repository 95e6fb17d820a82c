import Glibc

/// The noncentral t distribution: that of a t statistic where there is a difference.
package struct NoncentralT: Sendable {
  /// Degrees of freedom, ν.
  package let degrees: Double
  /// The difference in its standard errors, δ.
  package let noncentrality: Double

  /// - Precondition: The degrees are positive; δ is finite.
  package init(degrees: Double, noncentrality: Double) {
    precondition(degrees > 0 && degrees.isFinite, "\(degrees) degrees of freedom")
    precondition(noncentrality.isFinite, "a noncentrality of \(noncentrality)")
    self.degrees = degrees
    self.noncentrality = noncentrality
  }

  /// Share of the distribution at or below a value, to about 10⁻¹².
  ///
  /// The series of Lenth 1989 (Applied Statistics algorithm 243): incomplete beta functions with
  /// the weights of a Poisson distribution of mean δ²/2. It is summed around that mean, ten
  /// deviations to both sides, so that no δ is too large; the work grows with δ.
  package func cumulative(_ value: Double) -> Double {
    precondition(!value.isNaN, "a value of t that is not a number")
    guard noncentrality != 0 else { return StudentT(degrees: degrees).cumulative(value) }
    guard value >= 0 else {
      return 1 - NoncentralT(degrees: degrees, noncentrality: -noncentrality).cumulative(-value)
    }
    let square = value / degrees * value
    let (share, complement) = (1 / (1 + 1 / square), 1 / (1 + square))
    let mean = noncentrality * noncentrality / 2
    let reach = 10 * mean.squareRoot() + 20
    var sum = 0.0
    for term in Int(max(0, mean - reach))...Int(mean + reach) {
      let j = Double(term)
      let logarithm = j * log(mean) - mean
      let even = exp(logarithm - lgamma(j + 1).0)
      let odd = noncentrality / 2.0.squareRoot() * exp(logarithm - lgamma(j + 1.5).0)
      sum +=
        even * IncompleteBeta.value(j + 0.5, degrees / 2, at: share, complement: complement)
        + odd * IncompleteBeta.value(j + 1, degrees / 2, at: share, complement: complement)
    }
    return min(1, max(0, NormalDistribution.cumulative(-noncentrality) + sum / 2))
  }
}
