import Datasets
import Foundation
import MPI
import Networks
import Tensors

extension Trainer {
  /// Continues from the newest checkpoint that is whole; rank 0 reads it for all.
  func resume() throws(TrainingError) {
    if communicator.rank == 0 { try readNewest() }
    do throws(MPIError) {
      // Rank 0 alone has read a step, so the sum hands it to all.
      try activity.exchange { () throws(MPIError) in
        state.step = try communicator.sum(communicator.rank == 0 ? state.step : 0)
        state.skippedSteps = try communicator.sum(
          communicator.rank == 0 ? state.skippedSteps : 0)
        try broadcastState()
      }
    } catch { throw TrainingError(error) }
  }

  private func requireStepsLeft(after step: Int) throws(TrainingError) {
    guard step > totalSteps else { return }
    throw TrainingError(
      .usage,
      "the checkpoint in \(folder.path) has taken \(step) steps, but the configuration ends "
        + "after \(totalSteps); raise training.epochs or training.steps, or choose another --output"
    )
  }

  private func readNewest() throws(TrainingError) {
    let (found, failures) = try folder.readNewest(into: state, advance: activity.advance) {
      (checkpoint) throws(TrainingError) in
      // First, because a state of another kind would look like a damaged one.
      try requireSameRun(checkpoint)
      try requireStepsLeft(after: checkpoint.step)
    }
    passedOver = Set(failures.map(\.step))
    if let found {
      for (_, failure) in failures { observer?.noticed("passed over: \(failure)") }
      (identity, lastSaved) = (found.run, folder.checkpoint(step: found.step))
      isOwnCheckpoint[found.step] = true
      return
    }
    // Stopped before its first checkpoint, a run has nothing to lose: it begins again, aloud.
    if let (_, failure) = failures.first {
      guard failures.count > 1 else { throw failure }
      throw TrainingError(
        .data,
        "none of the \(failures.count) checkpoints in \(folder.path) is good, the newest because "
          + failure.description.prefix { $0 != ";" } + "; begin again with another --output")
    }
    observer?.noticed("there is no checkpoint in \(folder.path) yet; beginning with step 1")
  }

  /// Network, batches, order of samples and kind of state must be those of the checkpoint; rates,
  /// schedule, augmentation and rounds may be changed on the way.
  private func requireSameRun(_ checkpoint: Checkpoint) throws(TrainingError) {
    let old = try checkpoint.parsedConfiguration(folder.checkpoint(step: checkpoint.step))
    let table = Architecture(old.network, classes: checkpoint.classNames.count).parameterTable
    let comparisons: [(isSame: Bool, subject: String)] = [
      (
        table == state.table,
        "tensor \(Self.firstDifference(table.trainable, state.table.trainable))"
      ),
      (old.network == configuration.network, "section network differs"),
      (old.batch.divides(like: configuration.batch), "section batch differs"),
      (old.training.seed == configuration.training.seed, "training.seed differs"),
      (old.optimizer.kind == configuration.optimizer.kind, "optimizer.kind differs"),
      (
        (old.averaging.decay > 0) == (configuration.averaging.decay > 0),
        "averaging.decay, on or off, differs"
      ),
      (
        old.exchange.transport == configuration.exchange.transport,
        "exchange.transport differs"
      ),
      (checkpoint.dataSHA256 == feed.training.dataset.sha256, "the training data differ"),
      (
        EpochOrder.Shuffle(old.data, feed.training.dataset) == feed.shuffle,
        "data.shuffleRun or data.shuffleWindow differs"
      ),
    ]
    if old.finetuning.freeze != configuration.finetuning.freeze {
      observer?.noticed(
        "finetuning.freeze was \(old.finetuning.freeze) and is now "
          + "\(configuration.finetuning.freeze)")
    }
    if let differing = comparisons.first(where: { !$0.isSame }) {
      throw TrainingError(
        .usage,
        "the checkpoint in \(folder.path) was made with another configuration: "
          + "\(differing.subject); use the same or choose another --output")
    }
  }

  /// The first tensor that two networks do not share, with both shapes.
  static func firstDifference(
    _ old: [ParameterTable.Tensor], _ new: [ParameterTable.Tensor]
  ) -> String {
    for (index, tensor) in new.enumerated() {
      guard index < old.count, old[index].path == tensor.path else {
        return "\(tensor.path) \(tensor.shape) is new"
      }
      if old[index].shape != tensor.shape {
        return "\(tensor.path) was \(old[index].shape) and is \(tensor.shape)"
      }
    }
    let end = old[min(new.count, old.count - 1)]
    return "\(end.path) \(end.shape) is gone"
  }

  /// Begins to save the state; training may go on at once.
  ///
  /// All ranks call it, to prove that what rank 0 saves is what all have.
  func beginSaving() throws(TrainingError) {
    try checkReplicas()
    guard let writer else { return }
    activity.enter(.saving, step: state.step)
    if writer.isBusy {
      let start = Date()
      try takeOver(writer.finish())
      let seconds = -start.timeIntervalSinceNow
      try note(
        "waited \(String(format: "%.3f", seconds)) s after step \(state.step) for the checkpoint "
          + "before to be written; save less often if this lasts", isUrgent: seconds > 1)
    } else {
      try collectSaved()
    }
    let description = Checkpoint(
      step: state.step, sampleCount: feed.training.dataset.count,
      configuration: configuration.yaml, classNames: feed.training.dataset.classNames,
      mean: configuration.data.mean, deviation: configuration.data.deviation,
      dataSHA256: feed.training.dataset.sha256, stateSHA256: "", skippedSteps: state.skippedSteps,
      run: identity)
    let (folder, retention) = (folder, retention)
    let overtaken = passedOver.filter { $0 <= state.step }
    passedOver.subtract(overtaken)
    writer.begin(state) { state, advance throws(TrainingError) in
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

  /// Tells of a checkpoint that was finished since this was last called.
  ///
  /// - Throws: When it could not be written, or what was to be saved has diverged.
  func collectSaved() throws(TrainingError) {
    if let writer { try takeOver(writer.collect()) }
  }

  /// Waits until the last checkpoint is on the disk.
  ///
  /// - Throws: When it could not be written, or what was to be saved has diverged.
  func finishSaving() throws(TrainingError) {
    if let writer { try takeOver(writer.finish()) }
  }

  private func takeOver(_ published: CheckpointWriter.Published?) throws(TrainingError) {
    guard let published else { return }
    lastSaved = published.path
    isOwnCheckpoint = published.isOwn
    for notice in published.notices { try note(notice) }
    observer?.saved(published.path, step: published.step)
    watch?.log.note("saved \(published.path)")
  }

  /// Which checkpoints stay after the next one.
  var retention: RunFolder.Retention {
    let checkpoint = configuration.checkpoint
    return RunFolder.Retention(
      newest: checkpoint.keep, best: checkpoint.keepBest,
      top1: Dictionary(
        (log?.validations ?? []).map { ($0.step, $0.validationTop1) },
        uniquingKeysWith: { _, last in last }),
      milestoneEverySteps: checkpoint.milestoneEveryEpochs.map { $0 * stepsPerEpoch },
      run: identity, isOwn: isOwnCheckpoint)
  }

  /// Where a run that ends can go on, for a message; waits for the writer.
  func lastGoodCheckpoint() -> String {
    guard communicator.rank == 0 else { return "go on from the last checkpoint with --resume" }
    // Of two errors the one that is being told comes first.
    try? finishSaving()
    return lastSaved.map { "go on from \($0) with --resume" } ?? "there is no checkpoint yet"
  }

  /// Proves that all ranks hold the same bits.
  func checkReplicas() throws(TrainingError) {
    guard configuration.training.replicaCheckEverySteps > 0 else { return }
    try activity.exchange { () throws(TrainingError) in
      try ReplicaCheck.run(state, over: communicator)
    }
  }

  /// Whether a resumed run has taken all its steps and summed them up; told by rank 0.
  func determineWhetherFinished() throws(TrainingError) {
    let own =
      communicator.rank == 0 && state.step >= totalSteps
      && FileManager.default.fileExists(atPath: folder.file("summary.json"))
    do throws(MPIError) {
      isFinished = try activity.exchange { () throws(MPIError) in
        try communicator.sum(own ? 1 : 0) > 0
      }
    } catch { throw TrainingError(error) }
  }
}
