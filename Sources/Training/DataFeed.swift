import Datasets
import Networks
import Tensors

/// Training and validation images on their way into a network.
final class DataFeed {
  let training: ImagePipeline
  let validation: ImagePipeline?
  private let batchSize: Int
  private let seed: UInt64
  private var order: (epoch: Int, samples: EpochOrder)?

  /// Opens the shards of a configuration.
  ///
  /// - Throws: When shards are missing, damaged or of different data sets.
  init(_ configuration: Configuration) throws(DatasetError) {
    let data = configuration.data
    training = try Self.pipeline(
      data.train, configuration,
      AffineAugmentation(
        shift: data.shift, rotation: data.rotation, scale: data.scale, flip: data.flip))
    validation =
      data.validation.isEmpty
      ? nil : try Self.pipeline(data.validation, configuration, AffineAugmentation())
    batchSize = configuration.batch.size
    seed = UInt64(configuration.training.seed)
    if let other = validation?.dataset, other.classNames != training.dataset.classNames {
      throw .inconsistent(
        first: training.dataset.shards[0].path, second: other.shards[0].path,
        reason: "the training data have classes \(Self.list(training.dataset.classNames)), the "
          + "validation data \(Self.list(other.classNames))")
    }
    let trained = Set(training.dataset.shards.map(\.path))
    if let both = validation?.dataset.shards.first(where: { trained.contains($0.path) }) {
      throw .incompatible(
        reason: "\(both.path) is in data.train and in data.validation; name patterns such as "
          + "train-*.h5 and validation-*.h5")
    }
    let classes = training.dataset.classNames.count
    if let allowed = configuration.network.classes, allowed < classes {
      throw .incompatible(
        reason: "network.classes is \(allowed), but the data have \(classes) classes")
    }
  }

  /// Class names for a message.
  static func list(_ names: [String]) -> String {
    names.count <= 6
      ? names.joined(separator: ", ") : "\(names[0]) … \(names[names.count - 1]) (\(names.count))"
  }

  /// The way of one data set's images to the configured network.
  static func pipeline(
    _ paths: [String], _ configuration: Configuration, _ augmentation: AffineAugmentation
  ) throws(DatasetError) -> ImagePipeline {
    let network = configuration.network
    return try ImagePipeline(
      Dataset(paths, relativeTo: "."),
      resolution: Architecture(network, classes: 1).resolution,
      channels: network.inputChannels, channelStride: network.inputChannels,
      fit: configuration.data.fit == .pad ? .pad : .stretch, augmentation: augmentation,
      normalization: Normalization(
        mean: configuration.data.mean, deviation: configuration.data.deviation))
  }

  /// Batches of an epoch; the last may be short.
  var batchesPerEpoch: Int { (training.dataset.count + batchSize - 1) / batchSize }

  /// Loads this rank's images of a round of a training step and returns the number of images of the
  /// whole batch.
  func load(step: Int, round: Int, into network: EfficientNet) throws(DatasetError) -> Int {
    let (epoch, batch) = step.quotientAndRemainder(dividingBy: batchesPerEpoch)
    let samples: EpochOrder
    if let order, order.epoch == epoch {
      samples = order.samples
    } else {
      samples = EpochOrder(
        sampleCount: training.dataset.count, batchSize: batchSize, seed: seed, epoch: epoch)
      order = (epoch, samples)
    }
    let positions = samples.positions(ofBatch: batch)
    try Self.fill(
      network.beginBatch(imageCount: positions.count, round: round), from: positions, of: samples,
      epoch: epoch, seed: seed, isTraining: true, from: training, into: network)
    return positions.count
  }

  /// Loads this rank's images of one batch.
  static func load(
    _ samples: EpochOrder, batch: Int, epoch: Int, seed: UInt64, isTraining: Bool,
    from pipeline: ImagePipeline, into network: any ImageBatch
  ) throws(DatasetError) -> Int {
    let positions = samples.positions(ofBatch: batch)
    try fill(
      network.beginBatch(imageCount: positions.count), from: positions, of: samples, epoch: epoch,
      seed: seed, isTraining: isTraining, from: pipeline, into: network)
    return positions.count
  }

  private static func fill(
    _ runs: [LocalRun], from positions: Range<Int>, of samples: EpochOrder, epoch: Int,
    seed: UInt64, isTraining: Bool, from pipeline: ImagePipeline, into network: any ImageBatch
  ) throws(DatasetError) {
    let architecture = network.architecture
    let imageSize = architecture.resolution * architecture.resolution * architecture.inputChannels
    for run in runs {
      for (offset, position) in run.positions.enumerated() {
        let sample = samples.sample(at: positions.lowerBound + position)
        let image = run.firstImage + offset
        let label = try pipeline.fill(
          sample: sample, epoch: epoch, seed: seed, isTraining: isTraining,
          into: network.images.start + image * imageSize)
        network.labels[image] = Int32(label)
        network.samples[image] = sample
      }
    }
  }
}
