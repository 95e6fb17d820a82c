import Datasets
public import MPI
import Networks
import Supervision

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

  /// Which classes are taken for which others; `nil` for more than ``ConfusionMatrix/classLimit``.
  public let confusion: ConfusionMatrix?
  /// The images that the network is most wrong about, at most 24: those with the highest
  /// probability of another class, and of equal ones the first.
  public let mistakes: [Mistake]

  /// Micro-batches of each rank between two questions whether to give up: seconds at most.
  private static let roundsBetweenQuestions = 4

  private enum CodingKeys: CodingKey { case top1, correct, count, loss }

  /// Runs all images of `pipeline` through the networks of all ranks, a micro-batch at a time.
  ///
  /// - Parameters:
  ///   - data: How images are loaded.
  ///   - probabilities: Path of a ``ProbabilityFile`` to write, if any.
  ///   - activity: Is told of each micro-batch.
  ///   - isStopped: Whether to give up, the same on all ranks; all ask now and then.
  /// - Returns: Nil when it was given up.
  init?(
    _ network: EvaluationNetwork, _ pipeline: ImagePipeline, _ data: DataConfiguration,
    probabilities: String? = nil, communicator: Communicator, activity: Activity? = nil,
    isStopped: () throws(MPIError) -> Bool = { false }
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
    let classes = network.architecture.classes
    var file: ProbabilityFile?
    if let probabilities {
      file = try ProbabilityFile(probabilities, shares, classes: classes, communicator)
    }
    var tally = EvaluationTally(microBatches: shares.microBatchCount, classes: classes)
    do {
      for round in 0..<shares.rounds {
        if round % Self.roundsBetweenQuestions == 0, try isStopped() { return nil }
        let microBatch = shares.microBatch(of: communicator.rank, round: round)
        if let microBatch {
          _ = network.beginBatch(imageCount: shares.images(of: microBatch).count)
          try loader.use { network.take($0, at: 0) }
          network.predict()
          activity?.advance()
        }
        // First, because the tally replaces the scores.
        try file?.write(round, from: network)
        guard let microBatch else { continue }
        for image in 0..<shares.images(of: microBatch).count {
          tally.add(image, of: network, microBatch: microBatch)
        }
      }
      activity?.beginExchange()
      try tally.join(communicator)
      activity?.endExchange()
    } catch { throw TrainingError(error) }
    let sums = tally.sums
    count = shares.imageCount
    correct = sums.correct
    top1 = Double(sums.correct) / Double(count)
    loss = sums.loss / Double(count)
    confusion = tally.confusion
    mistakes = tally.mistakes
    guard loss.isFinite else {
      throw TrainingError(
        .numeric,
        "the validation loss is not a finite number: the weights have diverged; go on from an older "
          + "checkpoint with a lower schedule.learningRate", isShared: true)
    }
    try file?.publish()
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
  ///   - report: Path of a page to write with confusion matrix and mistakes, if it is wanted.
  /// - Throws: When checkpoint or data are missing, damaged, or do not fit together; when the loss
  ///   is not a number; when the file cannot be written.
  public init(
    checkpoint path: String, data: String?, probabilities: String? = nil, report: String? = nil,
    communicator: Communicator
  ) throws(TrainingError) {
    let model = try LoadedModel(path)
    let pipeline = try model.pipeline(data: data)
    let result = try Self(
      model.network, pipeline, model.configuration.data, probabilities: probabilities,
      communicator: communicator)
    guard let result else { preconditionFailure("an evaluation that nobody stops was given up") }
    self = result
    if let report, communicator.rank == 0 {
      try write(report, checkpoint: path, model, pipeline.dataset)
    }
  }
}
