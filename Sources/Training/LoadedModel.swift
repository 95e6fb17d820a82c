import Datasets
import MPI
import Networks

/// A checkpoint's network with the data it is to be run on.
final class LoadedModel {
  let configuration: Configuration
  let pipeline: ImagePipeline
  let network: EfficientNet
  let exchange: RankExchange

  /// - Parameter data: Shards, a folder or a pattern; nil for the validation data of the run.
  init(_ path: String, data: String?, communicator: Communicator) throws(TrainingError) {
    let (checkpoint, configuration, state) = try Checkpoint.load(path)
    self.configuration = configuration
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
    exchange = RankExchange(communicator)
    let evaluated = state.evaluated
    network = EfficientNet(
      architecture,
      layout: try BatchLayout(
        configuration, rank: communicator.rank, rankCount: communicator.size),
      exchange: exchange, weights: evaluated.weights,
      statistics: evaluated.statistics, isTrainable: false)
  }
}
