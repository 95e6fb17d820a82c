import Datasets
import Hosts
public import MPI
import Networks

/// Accuracy over a whole data set: every image counted once, and the same bits on any number of
/// ranks.
public struct Evaluation: Sendable, Encodable {
  /// Share of images whose most probable class is their own.
  public let top1: Double
  /// Number of those images.
  public let correct: Int
  /// Share of images whose class is among the five most probable, of equally probable ones the
  /// first; `nil` for at most ten classes, of which five are half.
  public let top5: Double?
  /// Number of those images.
  public let correctTop5: Int?
  /// Images of the data set.
  public let count: Int
  /// Mean cross-entropy in nats, without label smoothing.
  public let loss: Double

  /// Which images those are whose most probable class is their own.
  public let correctness: Correctness
  /// Which classes are taken for which others; `nil` for more than ``ConfusionMatrix/classLimit``.
  public let confusion: ConfusionMatrix?
  /// The images that the network is most wrong about, at most 24: those with the highest
  /// probability of another class, and of equal ones the first.
  public let mistakes: [Mistake]

  /// Micro-batches of each rank between two questions whether to give up: seconds at most.
  package static let roundsBetweenQuestions = 4

  private enum CodingKeys: CodingKey { case top1, correct, top5, correctTop5, count, loss }

  /// What came of a measurement.
  enum Outcome {
    case done(Evaluation)
    /// A rank was asked to stop.
    case stopped(signal: Int32)
  }

  /// Runs all images of `pipeline` through the networks of all ranks, a micro-batch at a time.
  ///
  /// - Parameters:
  ///   - data: How images are loaded.
  ///   - probabilities: Path of a ``ProbabilityFile`` to write, if any.
  ///   - stopRequest: Asked now and then whether to stop.
  /// - Throws: When an image is damaged or the file cannot be written: on all ranks the same.
  static func measure(
    _ network: EvaluationNetwork, _ pipeline: ImagePipeline, _ data: DataConfiguration,
    probabilities: String? = nil, over group: TrainingGroup,
    stopRequest: StopRequest = { nil }
  ) throws(TrainingError) -> Outcome {
    let shares = EvaluationShares(
      imageCount: pipeline.dataset.count, microBatchSize: network.capacity, rankCount: group.size)
    let own = shares.microBatches(of: group.rank)
    let classes = network.architecture.classes
    let (loader, file) = try group.agreed { () throws(TrainingError) in
      let loader = try TrainingError.making(
        try Loader(
          count: own.count, threads: data.loaderThreads, ahead: data.prefetch,
          microBatchSize: network.capacity, imageSize: pipeline.preparation.imageSize
        ) { (number, buffer, scratch) throws(DatasetError) in
          let images = shares.images(of: own.lowerBound + number)
          try pipeline.fill(buffer, samples: images, key: nil, scratch: scratch)
        })
      return (
        loader,
        try probabilities.map { path throws(TrainingError) in
          try ProbabilityFile(path, shares, classes: classes, group)
        }
      )
    }
    var tally = EvaluationTally(shares, classes: classes)
    /// Of this rank; the others learn of it when they are next asked.
    var fault: TrainingError?
    for round in 0..<shares.rounds {
      if round % roundsBetweenQuestions == 0 {
        let question = SIMD2(stopRequest() ?? 0, fault == nil ? 0 : 1)
        let answers = try group.exchange { communicator throws(MPIError) in
          try communicator.allGather([question])
        }
        if answers.contains(where: { $0.y > 0 }) { try group.requireNone(fault) }
        let signals = answers.map(\.x)
        if let signal = StopSignal.all.first(where: signals.contains) {
          return .stopped(signal: signal)
        }
      }
      let microBatch = shares.microBatch(of: group.rank, round: round)
      if let microBatch {
        _ = network.beginBatch(imageCount: shares.images(of: microBatch).count)
        do throws(DatasetError) {
          if fault == nil { try loader.use { network.take($0, at: 0) } }
        } catch { fault = TrainingError(error) }
        network.predict()
        group.activity.advance()
      }
      // First, because the tally replaces the scores.
      if let file {
        do throws(TrainingError) { try file.write(round, from: network) } catch {
          if error.faultKind == .rankLost { throw error }
          fault = fault ?? error
        }
      }
      guard let microBatch else { continue }
      for image in 0..<shares.images(of: microBatch).count {
        tally.add(image, of: network, microBatch: microBatch)
      }
    }
    try group.requireNone(fault)
    try group.exchange { communicator throws(MPIError) in try tally.join(communicator) }
    let result = Evaluation(tally, imageCount: shares.imageCount, network.architecture)
    guard result.loss.isFinite else {
      throw TrainingError(
        .numeric,
        "the validation loss is not a finite number: the weights have diverged; go on from an older "
          + "checkpoint with a lower schedule.learningRate", isShared: true)
    }
    try group.agreed { () throws(TrainingError) in try file?.publish() }
    return .done(result)
  }

  private init(_ tally: EvaluationTally, imageCount: Int, _ architecture: Architecture) {
    let sums = tally.sums
    count = imageCount
    correct = sums.correct
    top1 = Double(sums.correct) / Double(count)
    correctTop5 = architecture.tellsTop5 ? sums.correctTop5 : nil
    top5 = correctTop5.map { Double($0) / Double(imageCount) }
    loss = sums.loss / Double(count)
    correctness = tally.correctness
    confusion = tally.confusion
    mistakes = tally.mistakes
  }
}

extension Evaluation {
  /// Measures a checkpoint.
  ///
  /// - Parameters:
  ///   - path: The checkpoint.
  ///   - data: Shards, a folder or a pattern; nil for what the run itself was evaluated on.
  ///   - probabilities: Path of an HDF5 file for the class probabilities of every image, if they
  ///     are wanted: `/probabilities` float32 `[N, K]` and `/labels` int32 `[N]`, in the order of
  ///     the data. Rank 0 writes it, and it appears when it is complete.
  ///   - correctness: Path of an HDF5 file for whether each image is recognised, if that is wanted:
  ///     `/correct` uint8 `[N]` and `/labels` int32 `[N]`, in the order of the data.
  ///   - report: Path of a page to write with confusion matrix and mistakes, if it is wanted.
  ///   - communicator: The ranks that share the images.
  /// - Throws: When checkpoint or data are missing, damaged, or do not fit together; when the loss
  ///   is not a number; when the file cannot be written: on all ranks the same.
  public init(
    checkpoint path: String, data: String?, probabilities: String? = nil,
    correctness: String? = nil, report: String? = nil, communicator: Communicator
  ) throws(TrainingError) {
    let group = TrainingGroup(communicator)
    let (model, pipeline) = try group.agreed { () throws(TrainingError) in
      let model = try LoadedModel(path)
      return (model, try model.pipeline(data: data))
    }
    let outcome = try Self.measure(
      model.network, pipeline, model.configuration.data, probabilities: probabilities, over: group)
    guard case .done(let result) = outcome else {
      preconditionFailure("an evaluation that nobody stops was given up")
    }
    self = result
    try group.agreed { () throws(TrainingError) in
      guard group.isFirst else { return }
      if let correctness { try result.correctness.write(correctness, pipeline.dataset) }
      if let report { try result.write(report, checkpoint: path, model, pipeline.dataset) }
    }
  }
}
