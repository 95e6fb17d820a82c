import Tensors

/// How often and with which random numbers measured values are drawn again (the bootstrap).
///
/// The numbers of a draw are a function of the seed and of its index: the same values have the same
/// interval. Intervals lie between percentiles of the draws. Of few values they are too narrow: the
/// deviation of redrawn means is √((n − 1) / n) of the true one, 0.82 for three seeds, and the
/// tails of Student's distribution are missing. Where there is an interval of Student's, it is the
/// one to quote.
package struct Resampling: Sendable, Equatable {
  /// Draws, at least 1.
  package let draws: Int
  /// Share of the draws within the bounds.
  package let confidence: Double
  /// Seed of the random numbers.
  package let seed: UInt64

  /// - Precondition: There is a draw, and the confidence lies between 0 and 1, both excluded.
  package init(draws: Int = 2_000, confidence: Double = 0.95, seed: UInt64 = 1) {
    precondition(draws > 0, "\(draws) draws")
    precondition(confidence > 0 && confidence < 1, "a confidence of \(confidence)")
    self.draws = draws
    self.confidence = confidence
    self.seed = seed
  }

  /// Whether each redraw takes the same seeds for all networks.
  ///
  /// Random numbers of a seed are common to all networks, so that what a seed does to all of them
  /// alike need not blur their comparison.
  package enum Seeds: Sendable, Equatable {
    /// The values at one place of all lists belong to one seed; all lists are equally long.
    case common
    /// Each list has seeds of its own.
    case own
  }

  /// The random numbers of one draw.
  package func random(_ draw: Int, _ what: Redrawn) -> CounterRandom {
    CounterRandom(seed: seed, sample: draw, purpose: .redraw(what))
  }

  /// The percentile bounds of what was drawn.
  func interval(of values: [Double]) -> Interval {
    let sorted = values.sorted()
    return Interval(
      low: sorted.sortedQuantile((1 - confidence) / 2),
      high: sorted.sortedQuantile((1 + confidence) / 2))
  }
}
