/// The way of a sample from the dataset to the network: read, check, augment, resize, normalise.
///
/// Not for more than one thread: it reads into, and computes in, memory of its own.
public final class ImagePipeline {
  /// The images.
  public let dataset: Dataset
  /// Size and channels of the images and of the network's input.
  public let geometry: ImageGeometry
  /// What training pictures undergo.
  public let augmentation: AffineAugmentation
  /// Floats from pixel to pixel of the network's input.
  public let channelStride: Int

  private let resampler: ImageResampler
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  /// Prepares for the images of a dataset.
  ///
  /// - Parameters:
  ///   - dataset: The images.
  ///   - resolution: Side of the network's input in pixels.
  ///   - channels: Channels of the network's input.
  ///   - channelStride: Floats from pixel to pixel of the network's input, at least `channels`.
  ///   - fit: How images of another size are brought to the resolution.
  ///   - fill: What lies outside the image, 0 (black) to 255.
  ///   - augmentation: What training pictures undergo.
  ///   - normalization: Mean and deviation of the network's channels; `nil` takes the dataset's.
  ///     Evaluation data are normalised with the statistics of the training data.
  /// - Throws: When the channels of the images cannot be converted to the network's.
  public init(
    _ dataset: Dataset, resolution: Int, channels: Int, channelStride: Int,
    fit: ImageGeometry.Fit, fill: Double = 0, augmentation: AffineAugmentation = .init(),
    normalization: Normalization? = nil
  ) throws(DatasetError) {
    guard !dataset.holdsPictures else {
      throw .incompatible(reason: "they are not all of one size")
    }
    precondition(channelStride >= channels, "\(channels) channels do not fit in \(channelStride)")
    self.dataset = dataset
    self.augmentation = augmentation
    self.channelStride = channelStride
    geometry = try ImageGeometry(
      sourceHeight: dataset.height, sourceWidth: dataset.width, sourceChannels: dataset.channels,
      resolution: resolution, channels: channels, fit: fit, fill: fill)
    resampler = ImageResampler(
      geometry, normalization ?? Normalization(of: dataset, channels: channels))
    bytes = .allocate(capacity: dataset.imageByteCount)
  }

  deinit {
    bytes.deallocate()
  }

  /// Writes the network's input for one sample.
  ///
  /// - Parameters:
  ///   - sample: Index of the sample in the dataset.
  ///   - epoch: Number of the epoch, from 0; part of the key of the augmentation.
  ///   - seed: Seed of the run.
  ///   - isTraining: Whether the picture is augmented.
  ///   - target: Input of the network, `[resolution, resolution, channelStride]`, whose padding is
  ///     zeroed. Written.
  /// - Returns: The index of the sample's class.
  /// - Throws: When the sample cannot be read or is damaged.
  public func fill(
    sample: Int, epoch: Int, seed: UInt64, isTraining: Bool,
    into target: UnsafeMutablePointer<Float>
  ) throws(DatasetError) -> Int {
    let label = try dataset.read(sample: sample, into: bytes)
    let map =
      isTraining
      ? augmentation.map(
        seed: seed, epoch: epoch, sample: sample, resolution: geometry.resolution) : .identity
    if let source = bytes.baseAddress {
      resampler.fill(from: source, map: map, into: target, channelStride: channelStride)
    }
    return label
  }
}
