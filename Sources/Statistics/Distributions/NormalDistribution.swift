import Glibc

/// The normal distribution with mean 0 and deviation 1.
package enum NormalDistribution {
  /// Share of the distribution that lies at or below a value.
  package static func cumulative(_ value: Double) -> Double {
    erfc(-value / 2.0.squareRoot()) / 2
  }

  /// The value that a share of the distribution does not exceed.
  ///
  /// - Precondition: The share lies between 0 and 1, both excluded.
  package static func quantile(_ share: Double) -> Double {
    precondition(share > 0 && share < 1, "\(share) is not a share between 0 and 1")
    guard share <= 0.5 else { return -quantile(1 - share) }
    // Abramowitz and Stegun 26.2.23, within 4.5·10⁻⁴; each step of Halley then triples the digits.
    let root = (-2 * log(share)).squareRoot()
    var value =
      (2.515517 + root * (0.802853 + root * 0.010328))
      / (1 + root * (1.432788 + root * (0.189269 + root * 0.001308))) - root
    for _ in 0..<2 {
      let density = exp(-value * value / 2) / (2 * Double.pi).squareRoot()
      let step = (cumulative(value) - share) / density
      value -= step / (1 + value * step / 2)
    }
    return value
  }
}
