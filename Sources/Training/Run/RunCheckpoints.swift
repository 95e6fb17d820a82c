import Datasets
import Foundation
import Networks
internal import Supervision

/// The checkpoints of a run: the one that it goes on from, and those that it writes; on rank 0.
final class RunCheckpoints {
  private let folder: RunFolder
  private let configuration: Configuration
  private let activity: Activity
  /// What the checkpoints of this run have in common.
  private(set) var identity = RunFolder.newIdentity()
  private var writer: CheckpointWriter?
  /// Path of the newest checkpoint that is known to be good.
  private var lastSaved: String?
  /// Steps ahead whose checkpoints were passed over as damaged.
  private var passedOver: Set<Int> = []
  /// Whether the checkpoint of a step is whole and of this run, as far as that is known.
  private var isOwn: [Int: Bool] = [:]

  init(_ folder: RunFolder, _ configuration: Configuration, _ activity: Activity) {
    self.folder = folder
    self.configuration = configuration
    self.activity = activity
  }

  // MARK: Going on

  /// Reads the newest checkpoint that is whole into the state of `run`.
  ///
  /// - Returns: Each key that has changed since, a line each.
  func readNewest(
    into state: ModelState, _ run: ResumedRun, _ tell: (String) -> Void
  ) throws(TrainingError) -> [String] {
    var changes: [String] = []
    let (found, failures) = try folder.readNewest(into: state, advance: activity.advance) {
      (checkpoint) throws(TrainingError) in
      // First, because a state of another kind would look like a damaged one.
      changes = try run.require(checkpoint, in: folder)
    }
    passedOver = Set(failures.map(\.step))
    if let found {
      for (_, failure) in failures { tell("passed over: \(failure)") }
      (identity, lastSaved) = (found.run, folder.checkpoint(step: found.step))
      isOwn[found.step] = true
      return changes
    }
    // Stopped before its first checkpoint, a run has nothing to lose: it begins again, aloud.
    if let (_, failure) = failures.first {
      guard failures.count > 1 else { throw failure }
      throw TrainingError(
        .data,
        "none of the \(failures.count) checkpoints in \(folder.path) is good, the newest because "
          + failure.description.prefix { $0 != ";" } + "; begin again with another --output",
        isDamage: true)
    }
    tell("there is no checkpoint in \(folder.path) yet; beginning with step 1")
    return []
  }

  // MARK: Saving

  /// Makes room for a copy of a state that is to be saved.
  func prepareToSave(_ state: ModelState) throws(TrainingError) {
    writer = try TrainingError.making(try CheckpointWriter(state, activity))
  }

  /// Begins to save a state; training may go on at once.
  func begin(
    _ state: ModelState, _ description: Checkpoint, _ retention: RunFolder.Retention
  ) {
    let folder = folder
    let overtaken = passedOver.filter { $0 <= state.step }
    passedOver.subtract(overtaken)
    writer?.begin(state) { state, advance throws(TrainingError) in
      guard state.isFinite else {
        throw TrainingError(
          .numeric,
          "the weights after step \(state.step) have diverged and are not saved; go on from an "
            + "older checkpoint with --resume and a lower schedule.learningRate")
      }
      var checkpoint = description
      checkpoint.stateSHA256 = state.sha256
      let path = folder.checkpoint(step: state.step)
      // The next session will not come to see that they are none.
      for step in overtaken { try folder.setAside(step: step) }
      try checkpoint.write(state, to: path, advance: advance)
      var retention = retention
      let notices = try folder.prune(
        writtenStep: state.step, &retention, advance: advance)
      return CheckpointWriter.Published(
        path: path, step: state.step, isOwn: retention.isOwn, notices: notices)
    }
  }

  /// Whether the last checkpoint is still being written.
  var isBusy: Bool { writer?.isBusy ?? false }

  /// A checkpoint that was finished since this was last called.
  ///
  /// - Throws: When it could not be written, or what was to be saved has diverged.
  func collect() throws(TrainingError) -> CheckpointWriter.Published? {
    take(try writer?.collect())
  }

  /// Waits until the last checkpoint is on the disk.
  ///
  /// - Throws: When it could not be written, or what was to be saved has diverged.
  func finish() throws(TrainingError) -> CheckpointWriter.Published? {
    take(try writer?.finish())
  }

  private func take(_ published: CheckpointWriter.Published?) -> CheckpointWriter.Published? {
    guard let published else { return nil }
    lastSaved = published.path
    isOwn = published.isOwn
    return published
  }

  /// Which checkpoints stay after the next one.
  ///
  /// - Parameter top1: Of each step that was evaluated.
  func retention(top1: [Int: Double], stepsPerEpoch: Int) -> RunFolder.Retention {
    let checkpoint = configuration.checkpoint
    return RunFolder.Retention(
      newest: checkpoint.keep, best: checkpoint.keepBest, top1: top1,
      milestoneEverySteps: checkpoint.milestoneEveryEpochs.map { $0 * stepsPerEpoch },
      run: identity, isOwn: isOwn)
  }

  /// Removes what need not stay after the last step.
  ///
  /// - Returns: What is to be told.
  func prune(
    step: Int, _ retention: RunFolder.Retention
  ) throws(TrainingError) -> [String] {
    var retention = retention
    return try folder.prune(writtenStep: step, &retention, advance: activity.advance)
  }

  /// Where a run that ends can go on, for a message; waits for the writer.
  func lastGood() -> String {
    // Of two errors the one that is being told comes first.
    _ = try? finish()
    return lastSaved.map { "go on from \($0) with --resume" } ?? "there is no checkpoint yet"
  }
}
