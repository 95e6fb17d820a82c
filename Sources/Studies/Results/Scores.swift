import Training

/// What whole trainings of each network have come to, seed by seed.
package struct Scores {
  /// Trainings of a network that are measured on the same images.
  struct Sample {
    /// Seeds, ascending, of trainings that were done and did not diverge.
    let seeds: [Int]
    let entries: [LedgerEntry]

    /// Shares of images that were classified rightly, in the order of the seeds.
    var top1: [Double] { entries.compactMap(\.top1) }

    /// Those of the seeds that another sample has, too.
    func common(with other: Sample) -> Sample {
      let pairs = zip(seeds, entries).filter { other.seeds.contains($0.0) }
      return Sample(seeds: pairs.map(\.0), entries: pairs.map(\.1))
    }

    /// For each seed and image whether it was classified rightly.
    var correctness: [[Bool]] {
      entries.compactMap(\.correctness).map { hits in (0..<hits.count).map { hits[$0] } }
    }
  }

  private let study: Study
  private let jobs: [ScaledNetwork: [Job]]

  package init(_ study: Study) throws(TrainingError) {
    self.study = study
    jobs = Dictionary(
      grouping: try study.jobs().filter { $0.isWhole && $0.trial.epochs == study.recipe.epochs },
      by: \.trial.network)
  }

  /// Whole trainings of a network on some images.
  private func trainings(_ network: ScaledNetwork, _ images: Trial.Images) -> [Job] {
    (jobs[network] ?? []).filter { $0.trial.images == images }
  }

  /// Whole trainings of a network.
  func sample(_ network: ScaledNetwork, on images: Trial.Images) -> Sample {
    let done = trainings(network, images)
      .compactMap { job in study.ledger[job].map { (job.trial.seed, $0) } }
      .filter { $0.1.end == .done }.sorted { $0.0 < $1.0 }
    return Sample(seeds: done.map(\.0), entries: done.map(\.1))
  }

  /// The first whole training of a network on some images.
  func firstTraining(_ network: ScaledNetwork, on images: Trial.Images) -> Job? {
    trainings(network, images).first(where: study.ledger.has)
  }

  /// What hypotheses are tested on: images that nothing was selected by.
  func confirmation(_ network: ScaledNetwork) -> Sample { sample(network, on: .validation) }
}
