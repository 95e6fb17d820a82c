/// How good the best of n random networks is: what a search has to beat.
package struct ExpectedBest: Sendable, Codable, Equatable {
  /// Networks that are trained, n.
  package let count: Int
  /// Mean of the best score over all choices of n networks of the sample.
  package let mean: Double
  /// Middle part of those best scores, by default 95 %.
  ///
  /// It tells how much luck there is in the order of this sample. Towards the whole sample it
  /// closes in on the sample's best, though another sample would have another.
  package let band: Interval

  /// The best of 1, 2 … N networks of a sample, exactly: without replacement, and not by draws.
  ///
  /// - Parameters:
  ///   - scores: More is better. Trainings that diverged have none, and are left out.
  ///   - share: Part of the choices within the band, between 0 and 1.
  /// - Returns: In the order of n; empty without scores.
  /// - Precondition: All scores are finite.
  package static func ofEachCount(_ scores: [Double], share: Double = 0.95) -> [ExpectedBest] {
    scores.requireFinite("a score")
    precondition(share > 0 && share < 1, "a band of a share of \(share)")
    let sorted = scores.sorted()
    return sorted.indices.map { last in
      ExpectedBest(last + 1, of: sorted, tail: (1 - share) / 2)
    }
  }

  private init(_ count: Int, of sorted: [Double], tail: Double) {
    self.count = count
    var mean = 0.0
    var (low, high) = (sorted.count - 1, sorted.count - 1)
    // Share of the choices whose best is not above sorted[place]: C(place + 1, n) of C(N, n).
    var atOrBelow = 1.0
    for place in sorted.indices.reversed() where place + 1 >= count {
      if atOrBelow >= tail { low = place }
      if atOrBelow >= 1 - tail { high = place }
      mean += sorted[place] * atOrBelow * Double(count) / Double(place + 1)
      atOrBelow *= Double(place + 1 - count) / Double(place + 1)
    }
    self.mean = mean
    band = Interval(low: sorted[low], high: sorted[high])
  }
}
