/// Where the true optimum of a surface may lie: all points that are not distinguishable from the
/// best.
///
/// With the given confidence, no point that is as good as the best is outside. The bound holds for
/// all pairs of points together, so that it may be used after looking where the surface is highest;
/// on a surface that is flat in truth, all points are inside as often.
///
/// Two points differ where the fitted surface does by more than a multiple of that difference's
/// standard error. The multiple is the one that the largest of all pairs exceeds in 5 % of the
/// surfaces that are fitted to redrawn noise, each with a standard error of its own (the
/// bootstrap-t): of few scores that error is uncertain, and the multiple larger. What a quadratic
/// surface cannot follow is not covered: see ``ResponseSurface/lackOfFit``.
package struct OptimumRegion: Sendable {
  /// The fitted optimum.
  package let optimum: ResponseSurface.Optimum
  /// Points of the grid that are not distinguishable from it, in the grid's order.
  package let points: [MixtureShares]
  /// Whether that is all of the grid. It is no proof that the optimum is flat: few scores tell no
  /// points apart.
  package let isWhole: Bool
  private let surface: ResponseSurface
  /// How far below the optimum a point can be, in standard errors of the difference for noise of
  /// deviation 1.
  private let reach: Double

  /// Looks at a grid over the triangle.
  ///
  /// - Parameters:
  ///   - surface: Fitted to the points' scores.
  ///   - divisions: Of each side of the grid; 20 make 231 points and 26,796 pairs with the optimum.
  ///   - resampling: Draws, their seed, and the confidence.
  /// - Returns: `nil` where nothing tells how noisy the scores are: one seed a point and no more
  ///   points than coefficients.
  package init?(
    _ surface: ResponseSurface, divisions: Int = 20, _ resampling: Resampling = Resampling()
  ) {
    guard let noise = SurfaceNoise(surface, resampling) else { return nil }
    let optimum = surface.optimum
    let grid = MixtureShares.grid(divisions: divisions)
    let isNoisy = noise.deviation > surface.points.rounding
    // The networks themselves are asked about, too, and lie beside the grid.
    let all = grid + [optimum.shares] + surface.points.map(\.shares)
    let multiple =
      isNoisy ? Self.largestMultiple(noise, all, surface, resampling.confidence) : 0
    let reach = multiple * noise.deviation
    points = grid.filter { Self.contains($0, optimum, surface, reach: reach) }
    isWhole = points.count == grid.count
    (self.optimum, self.surface, self.reach) = (optimum, surface, reach)
  }

  /// Whether a point is not distinguishable from the optimum, such as that of a network.
  ///
  /// - Parameter shares: Of the grid, or of a point that the surface was fitted to: the confidence
  ///   is for all of these together.
  package func contains(_ shares: MixtureShares) -> Bool {
    Self.contains(shares, optimum, surface, reach: reach)
  }

  private static func contains(
    _ shares: MixtureShares, _ optimum: ResponseSurface.Optimum, _ surface: ResponseSurface,
    reach: Double
  ) -> Bool {
    optimum.value - surface.value(at: shares)
      <= reach * surface.unitError(optimum.shares, shares) + surface.points.rounding
  }

  /// The multiple of its standard error that no pair of points exceeds in a share of the draws.
  private static func largestMultiple(
    _ noise: SurfaceNoise, _ points: [MixtureShares], _ surface: ResponseSurface,
    _ confidence: Double
  ) -> Double {
    let heights = points.map { shares in
      noise.draws.map { ResponseSurface.value($0.coefficients, at: shares) }
    }
    var largest = [Double](repeating: 0, count: noise.draws.count)
    for (place, first) in heights.enumerated() {
      for (otherPlace, second) in heights[..<place].enumerated() {
        let error = surface.unitError(points[place], points[otherPlace])
        // The optimum may be a point of the grid.
        guard error > 0 else { continue }
        for draw in largest.indices {
          largest[draw] = max(largest[draw], abs(first[draw] - second[draw]) / error)
        }
      }
    }
    let multiples = zip(largest, noise.draws).map { largest, draw in
      // Scores that happen to be all alike would pass any difference for certain.
      draw.deviation > 0 ? largest / draw.deviation : .greatestFiniteMagnitude
    }
    return multiples.sorted().sortedQuantile(confidence)
  }
}
