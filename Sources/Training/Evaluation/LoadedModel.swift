import Datasets
import Networks

/// A checkpoint's network, for a micro-batch of its run.
package final class LoadedModel {
  let checkpoint: Checkpoint
  /// The configuration of its run, as it is evaluated.
  let configuration: Configuration
  package let network: EvaluationNetwork
  private let path: String

  package init(_ path: String) throws(TrainingError) {
    let (checkpoint, configuration, state) = try Checkpoint.load(path)
    self.checkpoint = checkpoint
    self.configuration = configuration.evaluated
    self.path = path
    let evaluated = state.evaluated
    network = try TrainingError.making(
      try EvaluationNetwork(
        Architecture(self.configuration.network, classes: checkpoint.classNames.count),
        capacity: configuration.batch.microBatch, weights: evaluated.weights,
        statistics: evaluated.statistics))
  }

  /// The way of images to the network.
  ///
  /// - Parameter data: Shards, a folder or a pattern; nil for what the run itself was evaluated on.
  func pipeline(data: String?) throws(TrainingError) -> ImagePipeline {
    if data == nil && configuration.data.validateOn == .heldOut { return try heldOut() }
    let paths = data.map { [$0] } ?? configuration.data.validation
    guard !paths.isEmpty else {
      throw TrainingError(
        .usage, "\(path): the run had no validation data; name shards with --data")
    }
    let pipeline = try TrainingError.reading(try DataFeed.pipeline(paths, configuration))
    let (own, others) = (checkpoint.classNames, pipeline.dataset.classNames)
    guard own == others else {
      throw TrainingError(
        .usage,
        "\(path) was trained for the classes \(DataFeed.list(own)), the data have "
          + "\(DataFeed.list(others)); use data of the same classes")
    }
    return pipeline
  }

  /// The way of the images that the run has not trained on.
  private func heldOut() throws(TrainingError) -> ImagePipeline {
    let parts = try TrainingError.reading(try TrainingParts(configuration.data))
    guard let heldOut = parts.heldOut, parts.training.sha256 == checkpoint.dataSHA256 else {
      throw TrainingError(
        .data,
        "\(path): data.train has other images than the run was trained with, so that nobody knows "
          + "which were held out; bring those back, or name shards with --data")
    }
    return try TrainingError.reading(
      try ImagePipeline(heldOut, ImagePreparation(configuration)))
  }
}
