import Datasets
import Foundation
import Networks
import Tensors

/// Which images each micro-batch of a rank holds, step after step and round after round.
///
/// A pure function of the micro-batch's running number, for any thread.
struct TrainingSequence: Sendable {
  private let pipeline: ImagePipeline
  private let orders: EpochOrders
  private let seed: UInt64
  private let layout: BatchLayout
  private let firstStep: Int

  /// - Parameter firstStep: The step that micro-batch 0 belongs to.
  init(
    _ configuration: Configuration, _ pipeline: ImagePipeline, layout: BatchLayout, firstStep: Int
  ) {
    self.pipeline = pipeline
    self.layout = layout
    self.firstStep = firstStep
    seed = UInt64(configuration.training.seed)
    orders = EpochOrders(configuration, pipeline.dataset)
  }

  /// Micro-batches of this rank in a step.
  var microBatchesPerStep: Int { layout.roundTree.rounds * layout.microBatches.count }

  /// Prepares the images of a micro-batch.
  func prepare(
    _ number: Int, _ buffer: MicroBatchBuffer, _ scratch: ImageScratch
  ) throws(DatasetError) {
    let (steps, rest) = number.quotientAndRemainder(dividingBy: microBatchesPerStep)
    let (round, local) = rest.quotientAndRemainder(dividingBy: layout.microBatches.count)
    let microBatch =
      round * layout.partition.microBatchCount + layout.microBatches.lowerBound + local
    let (epoch, batch) = (firstStep + steps).quotientAndRemainder(
      dividingBy: orders.division.batchCount)
    let order = orders.order(ofEpoch: epoch)
    if orders.readsAhead {
      pipeline.dataset.readAhead(
        order.samplesToReadAhead(atBatch: batch, microBatch: microBatch, isFirst: steps == 0))
    }
    try pipeline.fill(
      buffer, samples: order.samples(ofBatch: batch, microBatch: microBatch).lazy.map { Int($0) },
      key: RandomKey(seed: seed, epoch: epoch), scratch: scratch)
  }

  /// Images of the whole batch of a step.
  func imageCount(ofStep step: Int) -> Int {
    orders.division.sampleCount(ofBatch: step % orders.division.batchCount)
  }
}

/// The orders of the epochs that are being worked on, made when they are first needed.
private final class EpochOrders: @unchecked Sendable {
  let division: EpochDivision
  /// Whether neighbouring images are read in one piece.
  let readsAhead: Bool

  private let shards: [Int]
  private let batch: BatchConfiguration
  private let shuffle: EpochOrder.Shuffle
  private let seed: UInt64
  private let lock = NSLock()
  /// The latest last; two, because threads may be an epoch apart.
  private var made: [(epoch: Int, order: EpochOrder)] = []

  init(_ configuration: Configuration, _ dataset: Dataset) {
    shards = dataset.shardCounts
    batch = configuration.batch
    seed = UInt64(configuration.training.seed)
    shuffle = EpochOrder.Shuffle(configuration.data, dataset)
    division = EpochDivision(sampleCount: dataset.count, batchSize: batch.size)
    readsAhead = shuffle.run > 1
  }

  func order(ofEpoch epoch: Int) -> EpochOrder {
    lock.withLock {
      if let known = made.first(where: { $0.epoch == epoch }) { return known.order }
      let order = EpochOrder(
        shards: shards, batchSize: batch.size, microBatchCount: batch.microBatchCount,
        shuffle: shuffle, seed: seed, epoch: epoch)
      made = made.suffix(1) + [(epoch, order)]
      return order
    }
  }
}

extension EpochOrder.Shuffle {
  /// What a configuration asks for.
  init(_ data: DataConfiguration, _ dataset: Dataset) {
    let run = data.shuffleRun ?? (dataset.holdsPictures ? 16 : 1)
    // Single samples are shuffled as a whole.
    self.init(run: run, window: run == 1 ? 1 : data.shuffleWindow)
  }
}
