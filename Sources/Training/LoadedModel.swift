import Datasets
import Networks

/// A checkpoint's network, for a micro-batch of its run.
package final class LoadedModel {
  /// The configuration of its run.
  package let configuration: Configuration
  /// Name of each class.
  package let classNames: [String]
  package let network: FoldedNetwork
  private let path: String

  package init(_ path: String) throws(TrainingError) {
    let (checkpoint, configuration, state) = try Checkpoint.load(path)
    self.path = path
    self.configuration = configuration
    classNames = checkpoint.classNames
    network = FoldedNetwork(
      Architecture(configuration.network, classes: classNames.count),
      capacity: configuration.batch.microBatch)
    let evaluated = state.evaluated
    network.fold(weights: evaluated.weights, statistics: evaluated.statistics)
  }

  /// The way of images to the network.
  ///
  /// - Parameter data: Shards, a folder or a pattern; nil for the validation data of the run.
  func pipeline(data: String?) throws(TrainingError) -> ImagePipeline {
    let paths = data.map { [$0] } ?? configuration.data.validation
    guard !paths.isEmpty else {
      throw TrainingError(
        .usage, "\(path): the run had no validation data; name shards with --data")
    }
    let pipeline: ImagePipeline
    do throws(DatasetError) {
      pipeline = try DataFeed.pipeline(paths, configuration)
    } catch { throw TrainingError(error) }
    guard pipeline.dataset.classNames == classNames else {
      throw TrainingError(
        .usage,
        "\(path) was trained for the classes \(DataFeed.list(classNames)), the data have "
          + "\(DataFeed.list(pipeline.dataset.classNames)); use data of the same classes")
    }
    return pipeline
  }
}
