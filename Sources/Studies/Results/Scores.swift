import Statistics
import Training

extension LedgerEntry {
  /// For each image whether it was classified rightly.
  var isCorrect: [Bool]? { correctness.map { hits in (0..<hits.count).map { hits[$0] } } }
}

extension Ledger {
  /// Mean top-1 of several trainings of a network.
  ///
  /// - Returns: Nil without any, and where one is not done or diverged: what is left looks better
  ///   than the network is.
  func top1(_ jobs: [Job]) -> Double? {
    let top1 = jobs.compactMap { self[$0]?.top1 }
    return top1.count < jobs.count ? nil : top1.meanIfAny
  }
}

/// What whole trainings of each network have come to, seed by seed.
package struct Scores {
  /// Trainings of a network that are measured on the same images.
  struct Sample {
    /// Seeds, ascending, of trainings that were done and did not diverge.
    let seeds: [Int]
    let entries: [LedgerEntry]
    /// Seeds, ascending, of trainings that diverged.
    let lost: [Int]
    /// Trainings that are asked for, ended or not.
    let asked: Int

    /// Whether there are any, and all of them have ended.
    var isComplete: Bool { asked > 0 && seeds.count + lost.count == asked }

    /// Shares of images that were classified rightly, in the order of the seeds.
    var top1: [Double] { entries.compactMap(\.top1) }

    /// Trainings whose seeds another sample has, too.
    private func entries(common other: Sample) -> [LedgerEntry] {
      zip(seeds, entries).filter { other.seeds.contains($0.0) }.map(\.1)
    }

    /// Compares top-1 with that of another sample over the seeds that both have.
    ///
    /// - Returns: Nil where there are none.
    func comparison(with other: Sample) -> PairedComparison? {
      PairedComparison(
        entries(common: other).compactMap(\.top1), other.entries(common: self).compactMap(\.top1),
        losses: .init(
          first: lost.count { !other.lost.contains($0) },
          second: other.lost.count { !lost.contains($0) }))
    }

    /// How much more accurate it is than another sample, for other seeds and images.
    ///
    /// - Returns: Nil where they have no seed in common.
    func estimate(over other: Sample) -> TwoWayEstimate? {
      TwoWayEstimate(
        entries(common: other).compactMap(\.isCorrect),
        minus: other.entries(common: self).compactMap(\.isCorrect))
    }
  }

  private let study: Study
  private let jobs: [ScaledNetwork: [Job]]

  package init(_ study: Study) throws(TrainingError) {
    self.study = study
    // Individuals may be trained in full, too, but finalists are ranked by trainings of their own.
    var finals: Set<Job> = []
    if let design = study.design as? ArchitectureDesign {
      for finalist in try study.finalists() ?? [] {
        finals.formUnion(try design.trainings(finalist.network))
      }
    }
    func counts(_ job: Job) -> Bool {
      job.isWhole && job.trial.epochs == study.recipe.epochs
        && (study.kind != .architecture || job.trial.images == .validation || finals.contains(job))
    }
    jobs = Dictionary(grouping: try study.jobs().filter(counts), by: \.trial.network)
  }

  /// Whole trainings of a network on some images.
  private func trainings(_ network: ScaledNetwork, _ images: Trial.Images) -> [Job] {
    (jobs[network] ?? []).filter { $0.trial.images == images }
  }

  /// Whole trainings of a network.
  func sample(_ network: ScaledNetwork, on images: Trial.Images) -> Sample {
    let asked = trainings(network, images)
    let ended = asked.compactMap { job in study.ledger[job].map { (job.trial.seed, $0) } }
      .sorted { $0.0 < $1.0 }
    let done = ended.filter { $0.1.end == .done }
    return Sample(
      seeds: done.map(\.0), entries: done.map(\.1),
      lost: ended.filter { $0.1.end == .diverged }.map(\.0), asked: asked.count)
  }

  /// The first whole training of a network on some images that did not diverge.
  func firstTraining(_ network: ScaledNetwork, on images: Trial.Images) -> Job? {
    trainings(network, images).first { study.ledger[$0]?.end == .done }
  }

  /// Whether a network has a training on validation images that it could be handed on by, or may
  /// still come to have one.
  func canWin(_ network: StudyNetwork) -> Bool {
    trainings(network.network, .validation).contains { study.ledger[$0]?.end != .diverged }
  }

  /// Whether a network is to be trained for what hypotheses are tested on.
  func isConfirmed(_ network: ScaledNetwork) -> Bool {
    !trainings(network, .validation).isEmpty
  }

  /// What hypotheses are tested on: images that nothing was selected by.
  func confirmation(_ network: ScaledNetwork) -> Sample { sample(network, on: .validation) }
}
