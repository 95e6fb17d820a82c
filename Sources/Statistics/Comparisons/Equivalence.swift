/// What a study says of "these two are equally good", by two one-sided tests.
package struct Equivalence: Sendable, Codable, Equatable {
  /// Level of both one-sided tests.
  package static let level = 0.05

  /// Difference that does not matter, in the unit of the scores.
  package let margin: Double
  /// The larger of both one-sided p; `nil` where there is no test.
  package let p: Double?
  /// Student's interval at 1 − 2 × ``level``: within the margins exactly where equivalence is shown, but
  /// for differences without any spread. `nil` for one seed.
  package let interval: Interval?

  /// Whether the difference is shown to be less than the margin, either way.
  package var isShown: Bool { p.map { $0 <= Self.level } ?? false }

  /// Tests whether a difference is above −margin and below +margin.
  ///
  /// - Precondition: The margin is positive and finite, and was chosen before the differences were seen.
  package init(_ comparison: PairedComparison, margin: Double) {
    precondition(margin > 0 && margin.isFinite, "a margin of \(margin)")
    self.margin = margin
    interval = comparison.difference.interval(confidence: 1 - 2 * Self.level)
    let above = PairedTest(comparison.differences, against: -margin).decisive?.greater
    let below = PairedTest(comparison.differences, against: margin).decisive?.less
    p = above.flatMap { above in below.map { max(above, $0) } }
  }
}
