import Images

/// What happens to a picture on its way to the network's square input.
public struct ImagePreparation: Sendable, Equatable {
  /// How a picture of another shape becomes square.
  public enum Fit: String, Sendable, CaseIterable {
    /// Cut: a random part in training, the centre in evaluation.
    case crop
    /// Resized to fill the square, whatever its aspect ratio.
    case stretch
    /// Centred with its aspect ratio kept: at its own size if it fits, otherwise reduced to fit. An
    /// odd margin has its extra pixel to the right and below.
    case pad
  }

  /// Side of the network's input in pixels.
  public var resolution: Int
  /// How a picture becomes square.
  public var fit: Fit
  /// How pixels are interpolated.
  public var filter = ResizeFilter.bicubic
  /// Mean and deviation of the network's channels.
  public var normalization: Normalization
  /// What lies outside the picture, 0 (black) to 255.
  public var fill: UInt8 = 0

  /// The part that is cut out in training; only with ``Fit/crop``.
  public var randomCrop = RandomResizedCrop()
  /// The part that is cut out in evaluation; only with ``Fit/crop``.
  public var evaluationCrop = CenterCrop.official
  /// Random shift, rotation and change of size.
  public var affine = AffineAugmentation()
  /// Mirroring, left and right.
  public var flip = HorizontalFlip(probability: 0)
  /// Random changes of brightness, contrast, saturation and hue.
  public var jitter = ColorJitter()
  /// Learned or random sequence of operations.
  public var policy = AugmentationPolicy.none
  /// Random rectangles without picture.
  public var erasing = RandomErasing(probability: 0)
  /// How the images of a micro-batch are mixed.
  public var mixing = BatchMixing()

  /// A preparation without augmentation.
  public init(resolution: Int, fit: Fit, normalization: Normalization) {
    self.resolution = resolution
    self.fit = fit
    self.normalization = normalization
  }

  /// Channels of the network's input.
  public var channels: Int { normalization.mean.count }

  /// Floats of an image of the network's input.
  public var imageSize: Int { resolution * resolution * channels }

  /// Whether something in it is made for colours or grey.
  var changesColors: Bool { policy != .none || jitter != ColorJitter() }
}
