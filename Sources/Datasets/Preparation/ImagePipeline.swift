public import Tensors

/// The way of a sample from the dataset to the network: read, check, decode, frame, augment,
/// normalise.
///
/// What a sample becomes is a pure function of (seed, epoch, sample), whatever thread or rank works
/// on it.
public struct ImagePipeline: Sendable {
  /// The images.
  public let dataset: Dataset
  /// What happens to them.
  public let preparation: ImagePreparation

  private let normalizer: PixelNormalizer

  /// Prepares for the images of a dataset.
  ///
  /// - Throws: When the channels of the images cannot be converted to the network's, or not be
  ///   changed as colours.
  public init(_ dataset: Dataset, _ preparation: ImagePreparation) throws(DatasetError) {
    if preparation.changesColors && dataset.channels != 1 && dataset.channels != 3 {
      throw .incompatible(
        reason: "policies and colour jitter need pictures of 1 or 3 channels, they have "
          + "\(dataset.channels); leave data.policy, brightness, contrast, saturation and hue out")
    }
    self.dataset = dataset
    self.preparation = preparation
    normalizer = try PixelNormalizer(
      preparation.normalization, sourceChannels: dataset.channels)
  }

  /// Fills a buffer with the samples of a micro-batch.
  ///
  /// - Parameters:
  ///   - buffer: Images, targets and count. Written.
  ///   - samples: Their indices in the dataset; at most as many as the buffer holds.
  ///   - key: Seed and epoch that training pictures are augmented by; nil for evaluation.
  ///   - scratch: The thread's.
  /// - Throws: When a sample cannot be read or is damaged.
  public func fill(
    _ buffer: MicroBatchBuffer, samples: some Collection<Int>, key: RandomKey?,
    scratch: ImageScratch
  ) throws(DatasetError) {
    buffer.count = samples.count
    for (index, sample) in samples.enumerated() {
      let label = try fill(
        sample: sample, key: key, into: buffer.images.start + index * preparation.imageSize,
        scratch: scratch)
      buffer.labels[index] = Int32(label)
      buffer.labelWeights[index] = 1
      buffer.samples[index] = sample
    }
    if let key { preparation.mix(buffer, key) }
  }

  /// Writes the network's input for one sample.
  ///
  /// - Parameters:
  ///   - sample: Index of the sample in the dataset.
  ///   - key: What a training picture is augmented by; nil for evaluation.
  ///   - target: `[resolution, resolution, channels]`. Written.
  ///   - scratch: The thread's.
  /// - Returns: The index of the sample's class.
  /// - Throws: When the sample cannot be read or is damaged.
  public func fill(
    sample: Int, key: RandomKey?, into target: UnsafeMutablePointer<Float>,
    scratch: ImageScratch
  ) throws(DatasetError) -> Int {
    let (shard, image) = dataset.locate(sample)
    let place = dataset.shards[shard].place(of: image)
    let framing = preparation.framing(
      height: place.height, width: place.width, key: key?.of(sample: sample))
    try dataset.shards[shard].decode(image: image, reduction: framing.reduction, scratch: scratch)
    preparation.frame(scratch, framing, size: (place.height, place.width))
    if let key { preparation.augment(scratch, key.of(sample: sample)) }
    normalizer.normalize(scratch.current, into: target)
    if let key {
      preparation.erasing.apply(
        to: target, resolution: preparation.resolution, channels: preparation.channels,
        key: key.of(sample: sample))
    }
    return Int(place.label)
  }
}
