import Datasets
import Kernels
public import MPI
import Networks

/// Accuracy over a whole data set: every image counted once, and the same bits on any number of
/// ranks.
public struct Evaluation: Sendable, Encodable {
  /// Share of images whose most probable class is their own.
  public let top1: Double
  /// Number of those images.
  public let correct: Int
  /// Images of the data set.
  public let count: Int
  /// Mean cross-entropy in nats, without label smoothing.
  public let loss: Double

  /// Runs all images of `pipeline` through the networks of all ranks, a micro-batch at a time.
  ///
  /// - Parameters:
  ///   - data: How images are loaded.
  ///   - probabilities: Path of a ``ProbabilityFile`` to write, if any.
  init(
    _ network: FoldedNetwork, _ pipeline: ImagePipeline, _ data: DataConfiguration,
    probabilities: String? = nil, communicator: Communicator
  ) throws(TrainingError) {
    let shares = EvaluationShares(
      imageCount: pipeline.dataset.count, microBatchSize: network.capacity,
      rankCount: communicator.size)
    let own = shares.microBatches(of: communicator.rank)
    let loader = Loader(
      count: own.count, threads: data.loaderThreads, ahead: data.prefetch,
      microBatchSize: network.capacity, imageSize: pipeline.preparation.imageSize
    ) { (number, buffer, scratch) throws(DatasetError) in
      let images = shares.images(of: own.lowerBound + number)
      try pipeline.fill(buffer, samples: images, key: nil, scratch: scratch)
    }
    var file: ProbabilityFile?
    if let probabilities {
      file = try ProbabilityFile(
        probabilities, shares, classes: network.architecture.classes, communicator)
    }
    // Loss and hits of each micro-batch.
    var totals = [Double](repeating: 0, count: 2 * shares.microBatchCount)
    do {
      for round in 0..<shares.rounds {
        let microBatch = shares.microBatch(of: communicator.rank, round: round)
        if let microBatch {
          _ = network.beginBatch(imageCount: shares.images(of: microBatch).count)
          try loader.use { network.take($0, at: 0) }
          network.predict()
        }
        // First, because the loss replaces the scores.
        try file?.write(round, from: network)
        guard let microBatch else { continue }
        for image in 0..<shares.images(of: microBatch).count {
          let (loss, isCorrect) = Self.loss(network, image)
          totals[2 * microBatch] += loss
          totals[2 * microBatch + 1] += isCorrect ? 1 : 0
        }
      }
      try Self.join(&totals, communicator)
    } catch { throw TrainingError(error) }
    // In the order of the data set, whichever ranks they come from.
    var sums = (loss: 0.0, correct: 0.0)
    for microBatch in 0..<shares.microBatchCount {
      sums.loss += totals[2 * microBatch]
      sums.correct += totals[2 * microBatch + 1]
    }
    count = shares.imageCount
    correct = Int(sums.correct)
    top1 = sums.correct / Double(count)
    loss = sums.loss / Double(count)
    guard loss.isFinite else {
      throw TrainingError(
        .numeric,
        "the validation loss is not a finite number: the weights have diverged; go on from an older "
          + "checkpoint with a lower schedule.learningRate")
    }
    try file?.publish()
  }

  /// The loss of one image, and whether its own class is the most probable.
  private static func loss(_ network: FoldedNetwork, _ image: Int) -> (
    loss: Double, isCorrect: Bool
  ) {
    let scores = network.logits(ofImage: image)
    guard let start = scores.baseAddress else { preconditionFailure("a network without classes") }
    var label = network.labels[image]
    let totals = SoftmaxCrossEntropy.backward(
      start, images: 1, classes: scores.count, labels: &label, smoothing: 0)
    return (totals.loss, totals.correct > 0)
  }

  /// Brings numbers of which each is one rank's, and zero on the others, to all ranks.
  private static func join(
    _ numbers: inout [Double], _ communicator: Communicator
  ) throws(MPIError) {
    // The bits of a number and zeros have one sum only, in any order.
    var bits = numbers.map { Int64(bitPattern: $0.bitPattern) }
    try bits.withUnsafeMutableBufferPointer { (bits) throws(MPIError) in
      try communicator.sum(bits)
    }
    numbers = bits.map { Double(bitPattern: UInt64(bitPattern: $0)) }
  }
}

extension Evaluation {
  /// Measures a checkpoint.
  ///
  /// - Parameters:
  ///   - data: Shards, a folder or a pattern; nil for the validation data of the run.
  ///   - probabilities: Path of an HDF5 file for the class probabilities of every image, if they
  ///     are wanted: `/probabilities` float32 `[N, K]` and `/labels` int32 `[N]`, in the order of
  ///     the data. Rank 0 writes it, and it appears when it is complete.
  /// - Throws: When checkpoint or data are missing, damaged, or do not fit together; when the loss
  ///   is not a number; when the file cannot be written.
  public init(
    checkpoint path: String, data: String?, probabilities: String? = nil,
    communicator: Communicator
  ) throws(TrainingError) {
    let model = try LoadedModel(path)
    try self.init(
      model.network, model.pipeline(data: data), model.configuration.data,
      probabilities: probabilities, communicator: communicator)
  }
}
