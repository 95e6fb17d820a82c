import Statistics

/// What a study says of one network being better than another.
package struct Verdict: Codable, Sendable, Equatable {
  /// Why both are compared.
  package enum Basis: String, Codable, CaseIterable, Sendable {
    /// A hypothesis of the configuration.
    case hypothesis
    /// A hypothesis that was asked only when there were results, which may have suggested it.
    case afterwards
    /// Nobody has asked, but each study of its kind compares its winner so.
    case routine
    /// Nobody has asked: the winner beside what else was confirmed.
    case noticed
  }

  /// Seeds that a network diverged with, which are in no difference.
  package struct Lost: Codable, Sendable, Equatable {
    package let network: String
    package let seeds: [Int]
    /// Seeds that it was to be trained with.
    package let asked: Int
    /// Whether the other network has not lost all of them, too, so that this one cannot be shown to
    /// be the better one.
    package let isBarred: Bool
  }

  /// Names of both networks, of which the first may be the better one.
  package let first, second: String
  package let basis: Basis
  /// Nil while it is open, as it is until all trainings of both networks have ended: a test that is
  /// looked at again and again would be believed where it looks best.
  package let status: Judgement.Verdict?
  /// Seeds that both were trained with and that neither has lost.
  package let seeds: Int
  /// Seeds that both are to be trained with.
  package let asked: Int
  /// Of either network, where it has lost any.
  package let lost: [Lost]
  /// Mean difference of top-1 over the seeds, as a share; nil where no seed is left. All below is
  /// nil while the verdict is open, but for the costs.
  package let difference: Double?
  /// Its 95 % interval for other seeds; nil of one seed, and where all differences are equal.
  package let interval: Interval?
  /// The 95 % interval for other seeds and other images, which contains the one for other seeds.
  package let imagesInterval: Interval?
  /// What the status rests on.
  package let p: PValues?
  /// The exact sign-flip test.
  package let signFlips: PValues?
  /// The two-sided p, adjusted for all verdicts of the same basis; nil where there is no other.
  package internal(set) var holmP: Double?
  /// Multiply-adds of the first over those of the second.
  package let costRatio: Double
  /// The difference without what more multiply-adds gain by themselves.
  package let correctedDifference: Double?
  /// Correlation of both over seeds, and variance of the differences over that of independent
  /// seeds.
  package let correlation, varianceRatio: Double?

  /// Compares two networks.
  ///
  /// - Parameter costGain: Top-1 that the multiply-adds of the first gain by themselves over those
  ///   of the second.
  /// - Returns: Nil where they have no seed in common yet.
  init?(
    _ first: (name: String, sample: Scores.Sample),
    over second: (name: String, sample: Scores.Sample),
    costRatio: Double, costGain: Double?, _ basis: Basis
  ) {
    let (one, other) = (first.sample, second.sample)
    let common = one.comparison(with: other)
    let isClosed = one.isComplete && other.isComplete
    guard common != nil || isClosed else { return nil }
    let comparison = isClosed ? common : nil
    let judgement = comparison.map { Judgement($0) }
    self.first = first.name
    self.second = second.name
    self.basis = basis
    status = isClosed ? judgement?.verdict ?? .notShown : nil
    seeds = common?.difference.count ?? 0
    asked = min(one.asked, other.asked)
    lost = [Lost(first, beside: other), Lost(second, beside: one)].compactMap { $0 }
    difference = common?.difference.mean
    interval = judgement?.interval
    imagesInterval = isClosed ? one.estimate(over: other)?.interval() : nil
    p = judgement?.p
    signFlips = comparison?.test.signFlips
    self.costRatio = costRatio
    correctedDifference = comparison.flatMap { comparison in
      costGain.map { comparison.difference.mean - $0 }
    }
    correlation = comparison?.pairing?.correlation
    varianceRatio = comparison?.pairing?.varianceRatio
  }
}

extension Verdict.Lost {
  /// - Returns: Nil where nothing is lost.
  fileprivate init?(
    _ network: (name: String, sample: Scores.Sample), beside other: Scores.Sample
  ) {
    guard !network.sample.lost.isEmpty else { return nil }
    self.network = network.name
    seeds = network.sample.lost
    asked = network.sample.asked
    isBarred = !Set(seeds).isSubset(of: other.lost)
  }
}
