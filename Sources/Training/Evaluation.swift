import Datasets
public import MPI
import Networks
import Tensors

/// Accuracy over a whole data set: every image counted once, whatever the number of ranks.
public struct Evaluation: Sendable, Encodable {
  /// Share of images whose most probable class is their own.
  public let top1: Double
  /// Number of those images.
  public let correct: Int
  /// Images of the data set.
  public let count: Int
  /// Mean cross-entropy in nats, without label smoothing.
  public let loss: Double

  /// Runs all images of `pipeline` through `network`, on all ranks.
  init(
    _ network: EfficientNet, _ pipeline: ImagePipeline, batchSize: Int, exchange: any Exchange
  ) throws(TrainingError) {
    let layout = network.layout
    let order = EpochOrder(sampleCount: pipeline.dataset.count, batchSize: batchSize)
    var leaves = [Double](repeating: 0, count: 2 * layout.microBatches.count)
    do {
      for batch in 0..<order.batchCount {
        _ = try DataFeed.load(
          order, batch: batch, epoch: 0, seed: 0, isTraining: false, from: pipeline, into: network)
        for (index, totals) in network.evaluate().enumerated() {
          leaves[2 * index] += totals.loss
          leaves[2 * index + 1] += Double(totals.correct)
        }
      }
      try exchange.combine(
        &leaves, size: 2, kind: .sums, plan: layout.batchPlan, microBatches: layout.microBatches)
    } catch { throw TrainingError(error) }
    count = order.sampleCount
    // Counts are whole numbers far below 2⁵³: their sum is exact.
    correct = Int(leaves[1])
    top1 = leaves[1] / Double(count)
    loss = leaves[0] / Double(count)
    guard loss.isFinite else {
      throw TrainingError(
        .numeric,
        "the validation loss is not a finite number: the weights have diverged; go on from an older "
          + "checkpoint with a lower schedule.learningRate")
    }
  }
}

extension Evaluation {
  /// Measures a checkpoint.
  ///
  /// - Parameters:
  ///   - data: Shards, a folder or a pattern; nil for the validation data of the run.
  /// - Throws: When checkpoint or data are missing, damaged, or do not fit together.
  public init(
    checkpoint path: String, data: String?, communicator: Communicator
  ) throws(TrainingError) {
    let model = try LoadedModel(path, data: data, communicator: communicator)
    try self.init(
      model.network, model.pipeline, batchSize: model.configuration.batch.size,
      exchange: model.exchange)
  }
}
