import Training

/// Removes checkpoints that no job of a study will go on from: those of networks that a rung has dropped, and
/// those of whole trainings by which networks were only selected.
struct CheckpointCleaning {
  private let folder: StudyFolder
  private var cleaned: Set<Job> = []

  init(_ folder: StudyFolder) { self.folder = folder }

  /// Looks at all jobs that are done.
  ///
  /// - Throws: When a file cannot be removed, or the jobs cannot be told.
  mutating func clean(_ study: Study) throws(TrainingError) {
    let jobs = try study.jobs()
    let last = jobs.filter { $0.trial.epochs == study.recipe.epochs }.map(\.epochs).max() ?? 0
    let pending = Set(jobs.filter { !study.ledger.has($0) }.map(\.trial.identity))
    for job in jobs where study.ledger.has(job) && !cleaned.contains(job) {
      // What confirms stays, for whoever wants the networks; until its rung is closed, nobody knows.
      let isNeeded =
        job.isWhole
        ? job.trial.images == .validation
        : pending.contains(job.trial.identity) || job.epochs == last
      guard !isNeeded else { continue }
      for checkpoint in try folder.trial(job.trial.identity).checkpoints() {
        try Leftover.remove(checkpoint)
      }
      cleaned.insert(job)
    }
  }
}
