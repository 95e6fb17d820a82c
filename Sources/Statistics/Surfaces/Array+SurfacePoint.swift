extension [SurfacePoint] {
  /// Scores minus their mean, `[point][seed]`.
  var centred: [[Double]] {
    let mean = flatMap(\.scores).mean
    return map { $0.scores.map { $0 - mean } }
  }

  /// Scores minus the mean of their point.
  var withinPoints: [[Double]] {
    map { point in
      let mean = point.scores.mean
      return point.scores.map { $0 - mean }
    }
  }

  /// The points with other values for their scores, point after point.
  func with(_ values: [Double]) -> [SurfacePoint] {
    var left = values[...]
    return map { point in
      defer { left = left.dropFirst(point.scores.count) }
      return SurfacePoint(point.shares, scores: [Double](left.prefix(point.scores.count)))
    }
  }

  /// The points without what each seed adds to all of them alike.
  ///
  /// - Precondition: All have as many scores.
  var withoutSeedEffects: [SurfacePoint] {
    guard let first else { return self }
    let centred = centred
    let effects = first.scores.indices.map { seed in centred.map { $0[seed] }.mean }
    return map { SurfacePoint($0.shares, scores: zip($0.scores, effects).map(-)) }
  }

  /// A difference of scores that is only their rounding.
  var rounding: Double { 1e-12 * flatMap(\.scores).reduce(0) { Swift.max($0, abs($1)) } }

  /// A sum of squares that is only rounding.
  var squaredRounding: Double {
    rounding * rounding * Double(reduce(0) { $0 + $1.scores.count })
  }
}

extension Sequence<Double> {
  /// Sum of the squares.
  var sumOfSquares: Double { reduce(0) { $0 + $1 * $1 } }
}
