import Training

/// Removes checkpoints that no job of a study will go on from: those of networks that a rung has
/// dropped, and those of whole trainings by which networks were only selected.
package struct CheckpointCleaning {
  private let folder: StudyFolder
  private let advance: () -> Void
  /// Jobs of the study that were looked at.
  private var seen = 0
  /// Epochs of the last job that is known of each training.
  private var lastEpochs: [String: Int] = [:]
  /// For each training that has checkpoints the last job of it that is done; not those that stay
  /// for good.
  private var done: [String: Job] = [:]

  /// - Parameter advance: Is called for each training that is looked at.
  package init(_ folder: StudyFolder, advance: @escaping () -> Void) {
    self.folder = folder
    self.advance = advance
  }

  /// Looks at what has changed since it was called last.
  ///
  /// - Parameter job: Is done since then, and no other is.
  /// - Throws: When a file cannot be removed, or the jobs cannot be told.
  package mutating func clean(_ study: Study, after job: Job) throws(TrainingError) {
    let known = try study.known()
    let isGrown = seen < known.count
    for job in known[seen...] {
      lastEpochs[job.trial.identity] = max(job.epochs, lastEpochs[job.trial.identity] ?? 0)
      if study.ledger.has(job) { note(job) }
    }
    seen = known.count
    note(job)
    for job in isGrown ? Array(done.values) : [job] { try cleanIfPossible(job, study) }
  }

  private mutating func note(_ job: Job) {
    // What confirms stays, for whoever wants the networks.
    guard !(job.isWhole && job.trial.images == .validation) else { return }
    let identity = job.trial.identity
    if job.epochs >= done[identity]?.epochs ?? 0 { done[identity] = job }
  }

  private mutating func cleanIfPossible(_ job: Job, _ study: Study) throws(TrainingError) {
    let identity = job.trial.identity
    // Until its rung is closed nobody knows whether it goes on.
    guard done[identity] == job, lastEpochs[identity] == job.epochs, !study.isUndecided(job) else {
      return
    }
    advance()
    for checkpoint in try folder.trial(identity).checkpoints() { try Leftover.remove(checkpoint) }
    done[identity] = nil
  }
}
