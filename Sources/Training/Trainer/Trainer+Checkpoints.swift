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
        for arena in state.arenas { try communicator.broadcast(arena.buffer.values, from: 0) }
      }
    } catch { throw TrainingError(error) }
  }

  private func requireStepsLeft() throws(TrainingError) {
    guard state.step > totalSteps else { return }
    throw TrainingError(
      .usage,
      "the checkpoint in \(folder.path) has taken \(state.step) steps, but the configuration ends "
        + "after \(totalSteps); raise training.epochs or training.steps, or choose another --output"
    )
  }

  private func readNewest() throws(TrainingError) {
    var failures: [TrainingError] = []
    for path in try folder.checkpoints() {
      do throws(TrainingError) {
        // First, because a state of another kind would look like a damaged one.
        try requireSameRun(Checkpoint(describing: path))
        _ = try Checkpoint.read(path, into: state)
        try requireStepsLeft()
        for failure in failures { observer?.noticed("passed over: \(failure)") }
        return
      } catch {
        guard error.kind == .data else { throw error }
        failures.append(error)
      }
    }
    // Stopped before its first checkpoint, a run has nothing to lose: it begins again, aloud.
    if let failure = failures.first { throw failure }
    observer?.noticed("there is no checkpoint in \(folder.path) yet; beginning with step 1")
  }

  /// Network, batches, order of samples and kind of state must be those of the checkpoint; rates,
  /// schedule, augmentation and rounds may be changed on the way.
  private func requireSameRun(_ checkpoint: Checkpoint) throws(TrainingError) {
    let old = try checkpoint.parsedConfiguration("checkpoint")
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
      (checkpoint.dataSHA256 == feed.training.dataset.sha256, "the training data differ"),
      (
        EpochOrder.Shuffle(old.data, feed.training.dataset) == feed.shuffle,
        "data.shuffleRun or data.shuffleWindow differs"
      ),
    ]
    if old.finetuning.freeze != configuration.finetuning.freeze {
      observer?.noticed(
        "finetuning.freeze was \(old.finetuning.freeze.rawValue) and is now "
          + "\(configuration.finetuning.freeze.rawValue)")
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

  func save() throws(TrainingError) {
    activity.enter(.saving, step: state.step)
    guard communicator.rank == 0 else { return }
    guard state.isFinite else {
      throw TrainingError(
        .numeric,
        "the weights after step \(state.step) have diverged and are not saved; go on from an older "
          + "checkpoint with --resume and a lower schedule.learningRate")
    }
    let path = folder.checkpoint(step: state.step)
    let checkpoint = Checkpoint(
      step: state.step, sampleCount: feed.training.dataset.count,
      configuration: configuration.yaml, classNames: feed.training.dataset.classNames,
      mean: configuration.data.mean, deviation: configuration.data.deviation,
      dataSHA256: feed.training.dataset.sha256, stateSHA256: state.sha256)
    try checkpoint.write(state, to: path)
    try folder.prune(writtenStep: state.step, keep: configuration.checkpoint.keep)
    observer?.saved(path, step: state.step)
    watch?.log.note("saved \(path)")
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
