import Datasets
import MPI
import Networks

/// What a run does, as it follows from configuration, data and ranks alone.
struct RunPlan {
  let configuration: Configuration
  let architecture: Architecture
  let feed: DataFeed
  /// This rank's part of a batch.
  let layout: BatchLayout
  let schedule: LearningRateSchedule
  /// Steps of the whole run, and of an epoch.
  let totalSteps, stepsPerEpoch: Int

  /// Opens the data, together on all ranks.
  ///
  /// - Throws: When data, configuration and number of ranks do not fit together, or ranks differ.
  init(_ configuration: Configuration, _ group: TrainingGroup) throws(TrainingError) {
    self.configuration = configuration
    let feed = try group.agreed { () throws(TrainingError) in
      try TrainingError.reading(try DataFeed(configuration, activity: group.activity))
    }
    self.feed = feed
    try group.requireAgreement(configuration, feed)
    let dataset = feed.training.dataset
    let architecture = Architecture(configuration.network, classes: dataset.classNames.count)
    self.architecture = architecture
    let stepsPerEpoch = feed.division.batchCount
    let totalSteps =
      configuration.training.steps
      ?? (configuration.training.epochs ?? 1).saturatingProduct(stepsPerEpoch)
    (self.stepsPerEpoch, self.totalSteps) = (stepsPerEpoch, totalSteps)
    layout = try group.agreed { () throws(TrainingError) in
      let stages = configuration.training.progressiveStages
      guard stages <= totalSteps else {
        throw TrainingError(
          .usage,
          "training.progressiveStages: \(stages) are more than the steps of the run, \(totalSteps); "
            + "give fewer stages, or more steps")
      }
      let layout = try BatchLayout(configuration, rank: group.rank, rankCount: group.size)
      // The maps of the first stage are the smallest.
      let first = Architecture(configuration.stage(0).network, classes: architecture.classes)
      try feed.division.requireVariance(configuration, first)
      return layout
    }
    schedule = LearningRateSchedule(
      configuration.schedule, batchSize: configuration.batch.size,
      stepsPerEpoch: Double(dataset.count) / Double(configuration.batch.size),
      totalSteps: totalSteps)
  }
}

extension TrainingGroup {
  /// All ranks must run the same program on the same configuration and data, or bits would differ.
  fileprivate func requireAgreement(
    _ configuration: Configuration, _ feed: DataFeed
  ) throws(TrainingError) {
    let subjects = [
      ("configuration", configuration.yaml),
      ("program or its libraries", "\(LibraryVersions.program) \(LibraryVersions.description)"),
      ("training data", feed.training.dataset.sha256),
      ("validation data", feed.validation?.dataset.sha256 ?? ""),
    ]
    for (subject, text) in subjects {
      let all = try exchange { communicator throws(MPIError) in
        try communicator.allGather([Checkpoint.fingerprint(text)])
      }
      if let rank = all.firstIndex(where: { $0 != all[0] }) {
        throw TrainingError(
          .usage,
          "rank \(rank) has another \(subject) than rank 0; start all ranks from the same files",
          isShared: true)
      }
    }
  }
}
