import Tensors

/// Surfaces of nothing but noise: how far a fitted surface may be from the true one.
///
/// Noise of all points is put together, since three seeds of one point hardly tell its own.
package struct SurfaceNoise {
  /// A surface that was fitted to noise.
  package struct Draw {
    let coefficients: [Double]
    /// How large the noise would be taken to be, from these scores alone.
    package let deviation: Double
  }

  /// Of a score.
  package let deviation: Double
  package let draws: [Draw]

  /// Draws noise for the scores of a surface and fits surfaces to it.
  ///
  /// Where each point has two seeds or more, noise is how far scores are from the mean of their
  /// point, so that what the surface misses is none of it; otherwise it is how far they are from
  /// the surface.
  ///
  /// - Returns: `nil` where there is no noise to draw from: one seed and no degrees of freedom.
  package init?(_ surface: ResponseSurface, _ resampling: Resampling) {
    let points = surface.points
    let isWithinPoints = points.allSatisfy { $0.scores.count > 1 }
    guard isWithinPoints || surface.degrees > 0 else { return nil }
    let pool = isWithinPoints ? points.withinPoints.flatMap(Self.grown) : surface.residuals
    let pureDegrees = pool.count - points.count
    deviation =
      isWithinPoints
      ? (points.withinPoints.joined().sumOfSquares / Double(surface.pureDegrees)).squareRoot()
      : (pool.sumOfSquares / Double(surface.degrees)).squareRoot()
    draws = (0..<resampling.draws).compactMap { draw in
      var random = resampling.random(draw, .residuals)
      let noise = random.indices(pool.count).map { pool[$0] }
      guard let fit = ResponseSurface.fit(points, noise) else { return nil }
      let squares =
        isWithinPoints
        ? points.with(noise).withinPoints.joined().sumOfSquares : fit.residuals.sumOfSquares
      // Nothing common to a seed was taken away from these.
      let degrees = isWithinPoints ? pureDegrees : surface.degrees
      return Draw(
        coefficients: fit.coefficients, deviation: (squares / Double(degrees)).squareRoot())
    }
  }

  /// Distances from the mean of n values, which are too small by √((n − 1) / n).
  private static func grown(_ distances: [Double]) -> [Double] {
    let count = Double(distances.count)
    return distances.map { $0 * (count / (count - 1)).squareRoot() }
  }
}
