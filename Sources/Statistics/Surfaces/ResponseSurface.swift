/// Scores over the triangle of shares as a quadratic surface: Scheffé's canonical mixture
/// polynomial βa·a + βb·b + βc·c + βab·ab + βac·ac + βbc·bc.
///
/// The sum of the shares is 1, and with it constant and squares are contained in these six terms.
/// βa, βb and βc are the scores at the corners; a positive βab says that a and b together do better
/// than their mean.
package struct ResponseSurface: Sendable {
  /// βa, βb, βc, βab, βac, βbc, in the unit of the scores.
  package let coefficients: [Double]
  /// Degrees of freedom of what is left beside the surface.
  package let degrees: Int
  /// Share of the scores' variance that the surface explains; `nil` where they do not vary.
  package let determination: Double?
  /// Whether the surface misses the points by more than their seeds differ.
  package let lackOfFit: LackOfFit?
  /// Without what each seed adds to all of them, where seeds are common.
  let points: [SurfacePoint]
  /// Scores minus surface, of all points' scores in their order.
  let residuals: [Double]
  /// Degrees of freedom within points.
  let pureDegrees: Int
  /// Variances of the coefficients for noise of deviation 1, `[6, 6]`.
  private let inverse: [[Double]]

  /// Fits a surface.
  ///
  /// - Parameters:
  ///   - points: One for each network, each of other shares; six or more, not all on one conic.
  ///   - seeds: `common` where scores at the same place are of one seed. What a seed adds to all
  ///     points alike moves no optimum and is taken away first.
  /// - Returns: `nil` where the points do not determine a surface.
  /// - Precondition: With common seeds, all points have as many.
  package init?(_ points: [SurfacePoint], seeds: Resampling.Seeds) {
    let seedCount = points.first?.scores.count ?? 0
    precondition(
      seeds == .own || points.allSatisfy { $0.scores.count == seedCount },
      "points with common seeds have as many of them")
    let points = seeds == .common ? points.withoutSeedEffects : points
    guard let fit = Self.fit(points, points.flatMap(\.scores)) else { return nil }
    self.points = points
    (coefficients, residuals, inverse) = (fit.coefficients, fit.residuals, fit.inverse)
    let seedEffects = seeds == .common ? seedCount - 1 : 0
    degrees = residuals.count - coefficients.count - seedEffects
    pureDegrees = residuals.count - points.count - seedEffects
    let squares = residuals.sumOfSquares
    let total = points.centred.joined().sumOfSquares
    determination = total > points.squaredRounding ? 1 - squares / total : nil
    lackOfFit = LackOfFit(
      residuals: squares, points, degrees: points.count - coefficients.count,
      pureDegrees: pureDegrees)
  }

  /// The surface's value.
  package func value(at shares: MixtureShares) -> Double {
    Self.value(coefficients, at: shares)
  }

  /// Standard error of the difference of two points' values for noise of deviation 1.
  func unitError(_ first: MixtureShares, _ second: MixtureShares) -> Double {
    let contrast = zip(first.terms, second.terms).map(-)
    let variance = zip(contrast, inverse).reduce(0) { sum, row in
      sum + row.0 * zip(row.1, contrast).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return max(0, variance).squareRoot()
  }

  package static func value(_ coefficients: [Double], at shares: MixtureShares) -> Double {
    zip(coefficients, shares.terms).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Fits a surface to a value for each score of the points.
  static func fit(_ points: [SurfacePoint], _ values: [Double]) -> LeastSquares? {
    let rows = points.flatMap { point in
      Array(repeating: point.shares.terms, count: point.scores.count)
    }
    guard let termCount = rows.first?.count, rows.count >= termCount else { return nil }
    return LeastSquares((0..<termCount).map { term in rows.map { $0[term] } }, values)
  }
}
