/// How extra compute is shared between depth, width and resolution: three numbers whose sum is 1.
///
/// The corners of their triangle are the scalings of a single dimension.
package struct MixtureShares: Sendable, Codable, Equatable {
  /// Shares of the first, second and third dimension.
  package let a, b, c: Double

  /// What the sum may miss 1 by: shares are computed from logarithms and are not exact.
  private static let tolerance = 1e-6

  /// Shares that networks reached may lie a little outside 0 to 1.
  ///
  /// - Precondition: They are finite, and their sum is 1 within 10⁻⁶.
  package init(a: Double, b: Double, c: Double) {
    [a, b, c].requireFinite("a share")
    precondition(abs(a + b + c - 1) < Self.tolerance, "shares \(a), \(b), \(c) do not add up to 1")
    (self.a, self.b, self.c) = (a, b, c)
  }

  /// All points of the triangle whose shares are multiples of 1 / `divisions`, corners included:
  /// (q + 1)(q + 2) / 2.
  ///
  /// - Precondition: There is a division.
  package static func grid(divisions: Int) -> [MixtureShares] {
    precondition(divisions > 0, "a grid of \(divisions) divisions")
    let unit = Double(divisions)
    return (0...divisions).flatMap { a in
      (0...divisions - a).map { b in
        MixtureShares(
          a: Double(a) / unit, b: Double(b) / unit, c: Double(divisions - a - b) / unit)
      }
    }
  }

  /// What the six coefficients of Scheffé's quadratic polynomial are multiplied with.
  var terms: [Double] { [a, b, c, a * b, a * c, b * c] }
}
