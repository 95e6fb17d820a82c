import Statistics

/// What a study says of one network being better than all of several others.
package struct Claim: Codable, Sendable, Equatable {
  package let better: String
  package let rivals: [String]
  package let status: Judgement.Verdict
  /// The largest of the one-sided p of its parts.
  package let p: Double?

  /// - Returns: Nil where there are fewer than two rivals, or one has no seed in common yet.
  init?(
    _ first: (name: String, sample: Scores.Sample),
    over rivals: [(name: String, sample: Scores.Sample)]
  ) {
    let comparisons = rivals.map { first.sample.comparison(with: $0.sample) }
    let isOpen = zip(rivals, comparisons).contains { rival, comparison in
      comparison == nil && !(first.sample.isComplete && rival.sample.isComplete)
    }
    guard rivals.count > 1, !isOpen else { return nil }
    let claim = ClaimAgainstAll(comparisons)
    better = first.name
    self.rivals = rivals.map(\.name)
    status = claim.verdict
    p = claim.p
  }
}
