extension [SurfacePoint] {
  /// Sum of the weighted squares of what belongs to each score, `[point][seed]`.
  func squares(of values: [[Double]]) -> Double {
    zip(self, values).reduce(0) { sum, pair in
      sum + pair.0.weight * pair.1.reduce(0) { $0 + $1 * $1 }
    }
  }

  /// Scores minus their weighted mean.
  var centred: [[Double]] {
    let weight = reduce(0) { $0 + $1.weight * Double($1.scores.count) }
    let mean = reduce(0) { $0 + $1.weight / weight * $1.scores.reduce(0, +) }
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
      return SurfacePoint(
        point.shares, scores: [Double](left.prefix(point.scores.count)), weight: point.weight)
    }
  }

  /// The points without what each seed adds to all of them alike.
  ///
  /// - Precondition: All have as many scores.
  var withoutSeedEffects: [SurfacePoint] {
    guard let first else { return self }
    let centred = centred
    let weight = reduce(0) { $0 + $1.weight }
    let effects = first.scores.indices.map { seed in
      indices.reduce(0) { $0 + self[$1].weight / weight * centred[$1][seed] }
    }
    return map { point in
      SurfacePoint(
        point.shares, scores: zip(point.scores, effects).map(-), weight: point.weight)
    }
  }

  /// The weight of each score, point after point.
  var weightOfEachScore: [Double] {
    flatMap { Array<Double>(repeating: $0.weight, count: $0.scores.count) }
  }

  /// A difference of scores that is only their rounding.
  var rounding: Double { 1e-12 * flatMap(\.scores).reduce(0) { Swift.max($0, abs($1)) } }

  /// A sum of squares that is only rounding.
  var squaredRounding: Double { weightOfEachScore.reduce(0, +) * rounding * rounding }
}
