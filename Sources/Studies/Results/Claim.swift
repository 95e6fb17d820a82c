import Statistics

/// What a study says of one network being better than all of several others.
package struct Claim: Codable, Sendable, Equatable {
  package let first: String
  package let rivals: [String]
  package let status: Judgement.Verdict
  /// The largest of the one-sided p of its parts.
  package let p: Double?

  /// - Returns: Nil where there are fewer than two rivals, and before all trainings of all networks
  ///   have ended.
  init?(
    _ first: (name: String, sample: Scores.Sample),
    over rivals: [(name: String, sample: Scores.Sample)]
  ) {
    guard rivals.count > 1, first.sample.isComplete, rivals.allSatisfy(\.sample.isComplete) else {
      return nil
    }
    let claim = ClaimAgainstAll(rivals.map { first.sample.comparison(with: $0.sample) })
    self.first = first.name
    self.rivals = rivals.map(\.name)
    status = claim.verdict
    p = claim.p
  }
}
