import Datasets
import Networks

/// A checkpoint's network, for a micro-batch of its run, with the data it is to be run on.
package final class LoadedModel {
  let checkpoint: Checkpoint
  let configuration: Configuration
  let pipeline: ImagePipeline
  package let network: FoldedNetwork

  /// - Parameter data: Shards, a folder or a pattern; nil for the validation data of the run.
  package init(_ path: String, data: String?) throws(TrainingError) {
    let state: ModelState
    (checkpoint, configuration, state) = try Checkpoint.load(path)
    let paths = data.map { [$0] } ?? configuration.data.validation
    guard !paths.isEmpty else {
      throw TrainingError(
        .usage, "\(path): the run had no validation data; name shards with --data")
    }
    do throws(DatasetError) {
      pipeline = try DataFeed.pipeline(paths, configuration, AffineAugmentation())
    } catch { throw TrainingError(error) }
    let architecture = Architecture(
      configuration.network, classes: checkpoint.classNames.count)
    guard pipeline.dataset.classNames == checkpoint.classNames else {
      throw TrainingError(
        .usage,
        "\(path) was trained for the classes \(DataFeed.list(checkpoint.classNames)), the data have "
          + "\(DataFeed.list(pipeline.dataset.classNames)); use data of the same classes")
    }
    network = FoldedNetwork(architecture, capacity: configuration.batch.microBatch)
    let evaluated = state.evaluated
    network.fold(weights: evaluated.weights, statistics: evaluated.statistics)
  }
}
