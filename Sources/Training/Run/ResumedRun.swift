import Boundary
import Datasets
import Networks

/// What a run that goes on is, for comparison with a checkpoint that it could go on from.
struct ResumedRun {
  let configuration: Configuration
  let table: ParameterTable
  let totalSteps: Int
  let dataset: Dataset

  /// Network, batches, order of samples and kind of state must be those of the checkpoint; rates,
  /// schedule, augmentation and rounds may be changed on the way.
  ///
  /// - Returns: Each key that has changed, a line each.
  func require(
    _ checkpoint: Checkpoint, in folder: RunFolder
  ) throws(TrainingError) -> [String] {
    let old = try checkpoint.parsedConfiguration(folder.checkpoint(step: checkpoint.step))
    // Keys may have come or gone: what counts is the network that they make.
    let classes = checkpoint.classNames.count
    let oldNetwork = Architecture(old.network, classes: classes)
    let oldTable = oldNetwork.parameterTable
    let comparisons: [(isSame: Bool, subject: String)] = [
      (
        oldTable == table,
        "tensor \(oldTable.trainable.firstDifference(from: table.trainable))"
      ),
      (
        oldNetwork == Architecture(configuration.network, classes: classes)
          && old.network.batchNormGroup == configuration.network.batchNormGroup,
        "section network differs"
      ),
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
      (old.data.holdOut == configuration.data.holdOut, "data.holdOut differs"),
      (checkpoint.dataSHA256 == dataset.sha256, "the training data differ"),
      (
        EpochOrder.Shuffle(old.data, dataset) == EpochOrder.Shuffle(configuration.data, dataset),
        "data.shuffleRun or data.shuffleWindow differs"
      ),
    ]
    if let differing = comparisons.first(where: { !$0.isSame }) {
      throw TrainingError(
        .usage,
        "the checkpoint in \(folder.path) was made with another configuration: "
          + "\(differing.subject); use the same or choose another --output")
    }
    guard checkpoint.step <= totalSteps else {
      throw TrainingError(
        .usage,
        "the checkpoint in \(folder.path) has taken \(checkpoint.step.counted("step")), but the configuration "
          + "ends after \(totalSteps); raise training.epochs or training.steps, or choose another "
          + "--output")
    }
    return configuration.changes(since: old)
  }
}

extension [ParameterTable.Tensor] {
  /// The first tensor that two networks do not share, with both shapes.
  func firstDifference(from new: [ParameterTable.Tensor]) -> String {
    for (index, tensor) in new.enumerated() {
      guard index < count, self[index].path == tensor.path else {
        return "\(tensor.path) \(tensor.shape) is new"
      }
      if self[index].shape != tensor.shape {
        return "\(tensor.path) was \(self[index].shape) and is \(tensor.shape)"
      }
    }
    let end = self[Swift.min(new.count, count - 1)]
    return "\(end.path) \(end.shape) is gone"
  }
}
