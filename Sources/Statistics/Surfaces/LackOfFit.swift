/// Whether a surface misses points by more than the scores of each point differ among themselves.
package struct LackOfFit: Sendable, Codable, Equatable {
  /// Mean square of what the surface misses points by, over the mean square within points.
  package let ratio: Double
  /// Small where a quadratic surface is not enough.
  package let p: Double

  /// - Parameters:
  ///   - residuals: Sum of squares beside the surface.
  ///   - points: With the scores of their seeds.
  ///   - degrees: Points minus coefficients.
  ///   - pureDegrees: Degrees of freedom within points.
  /// - Returns: `nil` without degrees of freedom, and where scores do not vary within points.
  init?(residuals: Double, _ points: [SurfacePoint], degrees: Int, pureDegrees: Int) {
    let pure = points.withinPoints.joined().sumOfSquares
    guard degrees > 0, pureDegrees > 0, pure > points.squaredRounding else { return nil }
    ratio = max(0, residuals - pure) / Double(degrees) / (pure / Double(pureDegrees))
    p = FDistribution.upperTail(ratio, above: degrees, below: pureDegrees)
  }
}
