import Glibc
import Statistics

/// What a study says of one network being better than another.
package struct Verdict: Codable, Sendable, Equatable {
  /// Names of both networks.
  package let better, worse: String
  /// Whether the configuration has asked for it, as opposed to what is noticed afterwards.
  package let isPlanned: Bool
  package let status: Judgement.Verdict
  /// Seeds that both were trained with.
  package let seeds: Int
  /// Mean difference of top-1 over them, as a share, and its 95 % interval for other seeds.
  package let difference: Double
  package let interval: Interval?
  /// The 95 % interval for other seeds and other images, which contains the one for other seeds.
  package let imagesInterval: Interval?
  /// How probable the difference is where there is none, one-sided for better: by Student's paired test,
  /// and by the exact sign flips.
  package let p, signFlipP: Double?
  /// Multiply-adds of the first over those of the second.
  package let costRatio: Double
  /// The difference without what more multiply-adds gain by themselves, at the slope of the first.
  package let correctedDifference: Double?
  /// Correlation of both over seeds, and variance of the differences over that of independent seeds.
  package let correlation, varianceRatio: Double?

  /// Compares two networks.
  ///
  /// - Parameter slope: Top-1 that a doubling of multiply-adds gains.
  /// - Returns: Nil where they have no seed in common.
  init?(
    _ first: (name: String, sample: Scores.Sample),
    over second: (name: String, sample: Scores.Sample),
    costRatio: Double, slope: Double?, isPlanned: Bool
  ) {
    let (one, other) = (
      first.sample.common(with: second.sample), second.sample.common(with: first.sample)
    )
    guard let comparison = PairedComparison(one.top1, other.top1) else { return nil }
    let judgement = Judgement(comparison)
    better = first.name
    worse = second.name
    self.isPlanned = isPlanned
    status = judgement.verdict
    seeds = one.seeds.count
    difference = comparison.difference.mean
    interval = judgement.interval
    imagesInterval = TwoWayEstimate(one.correctness, minus: other.correctness)?.interval()
    p = comparison.test.student?.greater
    signFlipP = comparison.test.signFlips?.greater
    self.costRatio = costRatio
    correctedDifference = slope.map { comparison.difference.mean - $0 * log2(costRatio) }
    correlation = comparison.pairing?.correlation
    varianceRatio = comparison.pairing?.varianceRatio
  }
}

/// What a study says of one network being better than all of several others.
package struct Claim: Codable, Sendable, Equatable {
  package let better: String
  package let rivals: [String]
  package let status: Judgement.Verdict
  /// The largest of the one-sided p of its parts.
  package let p: Double?

  /// - Returns: Nil where there are fewer than two rivals, or one has no seed in common.
  init?(
    _ first: (name: String, sample: Scores.Sample),
    over rivals: [(name: String, sample: Scores.Sample)]
  ) {
    let comparisons = rivals.compactMap { rival in
      PairedComparison(
        first.sample.common(with: rival.sample).top1, rival.sample.common(with: first.sample).top1)
    }
    guard rivals.count > 1, comparisons.count == rivals.count else { return nil }
    let claim = ClaimAgainstAll(comparisons)
    better = first.name
    self.rivals = rivals.map(\.name)
    status = claim.verdict
    p = claim.p
  }
}
