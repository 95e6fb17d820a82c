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
    for job in jobs where study.ledger.has(job) && !cleaned.contains(job) {
      guard !Self.isNeeded(job, among: jobs, lastRung: last, study) else { continue }
      for checkpoint in try folder.trial(job.trial.identity).checkpoints() {
        try Leftover.remove(checkpoint)
      }
      cleaned.insert(job)
    }
  }

  private static func isNeeded(
    _ job: Job, among jobs: [Job], lastRung: Int, _ study: Study
  ) -> Bool {
    // What confirms stays, for whoever wants the networks.
    if job.isWhole { return job.trial.images == .validation }
    let goesOn = jobs.contains {
      $0.trial.identity == job.trial.identity && $0.epochs > job.epochs && !study.ledger.has($0)
    }
    // Until its rung is closed, nobody knows.
    return goesOn || job.epochs == lastRung
  }
}
