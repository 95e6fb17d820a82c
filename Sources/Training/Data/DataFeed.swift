import Boundary
package import Datasets
package import Networks
package import Supervision
package import Tensors

/// Training and validation images on their way into a network.
package final class DataFeed {
  package let training: ImagePipeline
  /// Training images that are held out, if any are.
  package let heldOut: Dataset?
  /// What is evaluated, if anything.
  package let validation: ImagePipeline?
  private let configuration: Configuration
  private let activity: Activity?
  private var sequence: TrainingSequence?
  private var loader: Loader?
  private var secondsCounted = 0.0

  /// Opens the shards of a configuration.
  ///
  /// - Parameters:
  ///   - activity: Is told of each shard that was opened and each micro-batch taken.
  ///   - opened: Is called after each shard, too.
  /// - Throws: When shards are missing, damaged or of different data sets.
  package init(
    _ configuration: Configuration, activity: Activity? = nil, opened: () -> Void = {}
  ) throws(DatasetError) {
    self.configuration = configuration
    self.activity = activity
    let data = configuration.data
    func advance() {
      activity?.advance()
      opened()
    }
    let parts = try TrainingParts(data, opened: advance)
    training = try ImagePipeline(parts.training, ImagePreparation(configuration))
    heldOut = parts.heldOut
    if data.validateOn == .heldOut {
      validation = try parts.heldOut.map { dataset throws(DatasetError) in
        try ImagePipeline(dataset, ImagePreparation(configuration.evaluated))
      }
    } else if data.validation.isEmpty {
      validation = nil
    } else {
      let pipeline = try Self.pipeline(data.validation, configuration.evaluated, opened: advance)
      try Self.requireOthers(pipeline.dataset, than: parts.training)
      validation = pipeline
    }
    let classes = training.dataset.classNames.count
    if let allowed = configuration.network.classes, allowed < classes {
      throw .incompatible(
        reason: "network.classes is \(allowed), but the data have "
          + classes.counted("class", "classes"))
    }
  }

  /// Refuses validation data of other classes than the training data, or with shards of them.
  private static func requireOthers(
    _ validation: Dataset, than training: Dataset
  ) throws(DatasetError) {
    if validation.classNames != training.classNames {
      throw .inconsistent(
        first: training.shards[0].path, second: validation.shards[0].path,
        reason: "the training data have classes \(list(training.classNames)), the "
          + "validation data \(list(validation.classNames))")
    }
    let trained = Set(training.shards.map(\.path))
    if let both = validation.shards.first(where: { trained.contains($0.path) }) {
      throw .incompatible(
        reason: "\(both.path) is in data.train and in data.validation; name patterns such as "
          + "train-*.h5 and validation-*.h5")
    }
  }

  /// Characters of each class name of a list.
  private static let listedLimit = 60

  /// Class names for a message, which come out of files.
  static func list(_ names: [String]) -> String {
    let ends = names.count <= 6 ? names : [names[0], names[names.count - 1]]
    let shown = ends.map { $0.shown(limit: listedLimit) }
    return names.count <= 6
      ? shown.joined(separator: ", ") : shown.joined(separator: " … ") + " (\(names.count))"
  }

  /// The way of one data set's images to the configured network.
  static func pipeline(
    _ paths: [String], _ configuration: Configuration, opened: () -> Void = {}
  ) throws(DatasetError) -> ImagePipeline {
    let dataset = try Dataset(paths, relativeTo: ".", opened: opened)
    return try ImagePipeline(dataset, ImagePreparation(configuration))
  }

  /// The batches of an epoch.
  package var division: EpochDivision {
    EpochDivision(sampleCount: training.dataset.count, batchSize: configuration.batch.size)
  }

  /// How training images are mixed.
  package var shuffle: EpochOrder.Shuffle { .init(configuration.data, training.dataset) }

  /// Begins to prepare the images of this rank, from the round 0 of a step on.
  ///
  /// - Parameters:
  ///   - pipeline: The way of the training images to the network; nil for ``training``.
  ///   - end: The step behind the last that images are prepared for.
  /// - Throws: Where the system has not the memory.
  package func begin(
    _ pipeline: ImagePipeline? = nil, atStep step: Int, before end: Int, layout: BatchLayout
  ) throws(MemoryShortage) {
    let pipeline = pipeline ?? training
    let sequence = TrainingSequence(configuration, pipeline, layout: layout, firstStep: step)
    self.sequence = sequence
    secondsCounted = 0
    // Its memory goes first.
    loader = nil
    loader = try Loader(
      count: max(0, end - step) * sequence.microBatchesPerStep,
      threads: configuration.data.loaderThreads,
      ahead: configuration.data.prefetch * layout.microBatches.count,
      microBatchSize: layout.microBatchSize, imageSize: pipeline.preparation.imageSize
    ) { (number, buffer, scratch) throws(DatasetError) in
      try sequence.prepare(number, buffer, scratch)
    }
  }

  /// Seconds that ``load(_:into:)`` has waited for images since this was last asked.
  func takeSecondsWaited() -> Double {
    let total = loader?.secondsWaited ?? 0
    defer { secondsCounted = total }
    return total - secondsCounted
  }

  /// Hands over this rank's next micro-batch.
  package func next(_ body: (MicroBatchBuffer) -> Void) throws(DatasetError) {
    guard let loader else { preconditionFailure("the feed has not begun") }
    try loader.use(body)
  }

  /// Images of the whole batch of a step.
  package func imageCount(ofStep step: Int) -> Int {
    guard let sequence else { preconditionFailure("the feed has not begun") }
    return sequence.imageCount(ofStep: step)
  }

  /// Loads the images of a round, see ``EfficientNet/beginBatch(imageCount:round:)``.
  ///
  /// - Precondition: Steps and rounds come in their order, from where the feed began.
  /// - Throws: When an image is damaged or cannot be read.
  package func load(_ runs: [LocalRun], into network: EfficientNet) throws(TrainingError) {
    for run in runs {
      try TrainingError.reading(
        try next { buffer in
          activity?.advance()
          precondition(buffer.count == run.positions.count, "a micro-batch with other images")
          network.take(buffer, at: run.firstImage)
          for image in 0..<buffer.count {
            network.partnerLabels[run.firstImage + image] = buffer.partnerLabels[image]
            network.labelWeights[run.firstImage + image] = buffer.labelWeights[image]
          }
        })
    }
  }
}

extension ImageBatch {
  /// Copies prepared images to their places in the network.
  func take(_ buffer: MicroBatchBuffer, at firstImage: Int) {
    (images.start + firstImage * buffer.imageSize).update(
      from: buffer.images.start, count: buffer.count * buffer.imageSize)
    for image in 0..<buffer.count {
      labels[firstImage + image] = buffer.labels[image]
      samples[firstImage + image] = buffer.samples[image]
    }
  }
}
