import Glibc

/// The regularised incomplete beta function I_x(a, b), from which the distributions here follow.
enum IncompleteBeta {
  /// Steps of the continued fraction at most; about √max(a, b) are needed.
  private static let stepLimit = 100_000

  /// I_x(a, b) for positive a and b.
  ///
  /// - Parameters:
  ///   - x: From 0 to 1.
  ///   - complement: 1 − x, given apart because the difference loses digits near 1.
  static func value(_ a: Double, _ b: Double, at x: Double, complement: Double) -> Double {
    guard x > 0 else { return 0 }
    guard complement > 0 else { return 1 }
    // The fraction converges fast below the mean only; above it the other tail is the smaller one.
    return x <= (a + 1) / (a + b + 2)
      ? lowerTail(a, b, x, complement) : 1 - lowerTail(b, a, complement, x)
  }

  private static func lowerTail(
    _ a: Double, _ b: Double, _ x: Double, _ complement: Double
  ) -> Double {
    let logarithm =
      a * log(x) + b * log(complement) + lgamma(a + b).0 - lgamma(a).0 - lgamma(b).0
    return exp(logarithm) * fraction(a, b, x) / a
  }

  /// The continued fraction of Abramowitz and Stegun 26.5.8, by Lentz's method.
  private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    // Stands for a divisor that happens to be 0, as Lentz's method asks.
    let tiny = 1e-300
    func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var above = 1.0
    var below = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var result = below
    for step in 1...stepLimit {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      var change = 1.0
      for coefficient in [even, odd] {
        below = 1 / nonzero(1 + coefficient * below)
        above = nonzero(1 + coefficient / above)
        change = above * below
        result *= change
      }
      if abs(change - 1) < 4 * Double.ulpOfOne { break }
    }
    return result
  }
}
