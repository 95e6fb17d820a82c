/// What a study says of "the first network is better than the second".
package struct Judgement: Sendable, Codable, Equatable {
  /// One of three: that nothing was shown is no proof that there is nothing.
  package enum Verdict: String, Sendable, Codable {
    /// The first is better.
    case shown
    /// The second is better.
    case reversed
    /// The seeds do not tell.
    case notShown
  }

  /// Probability of "shown", and of "reversed", where both are equally good.
  ///
  /// A hypothesis can come out either way, and either way wrongly: at 2.5 % a side 95 of 100
  /// comparisons of equal networks end with "not shown", and the verdict agrees with the 95 %
  /// interval that is printed beside it. At 5 % a side there would be 90 of 100 only.
  package static let sideLevel = 0.025

  package let verdict: Verdict
  /// The first minus the second, in the unit of the scores.
  package let difference: MeanEstimate
  /// Student's interval at 1 − 2 × ``sideLevel``; `nil` for one seed, and where all differences are
  /// equal.
  package let interval: Interval?
  /// What the verdict rests on; `nil` where there is no test, which is "not shown".
  package let p: PValues?

  /// Judges a comparison.
  ///
  /// By Student's paired test. Where all differences are equal, it has no spread to go by: the
  /// exact flips decide, which three equal differences cannot persuade and six can. A network that
  /// has lost seeds is not shown to be the better one, see ``PairedComparison/evidence``.
  package init(_ comparison: PairedComparison) {
    difference = comparison.difference
    interval = comparison.difference.interval(confidence: 1 - 2 * Self.sideLevel)
    p = comparison.evidence
    verdict =
      p.map { p in
        p.greater <= Self.sideLevel
          ? .shown : p.less <= Self.sideLevel ? .reversed : .notShown
      } ?? .notShown
  }
}
