public import Datasets
public import Images

/// Section `data`: shards, normalisation, augmentation and loading.
///
/// Defaults are those of the official EfficientNet recipe (github.com/tensorflow/tpu) unless they
/// say otherwise; what it leaves to its flags is off.
public struct DataConfiguration: Sendable, Equatable {
  /// A sequence of operations that change training pictures.
  public enum Policy: String, CaseIterable, Sendable, ConfigurationWord {
    /// None.
    case none
    /// AutoAugment "v0": one of 25 learned pairs of operations.
    case autoAugment
    /// RandAugment: `policyLayers` operations of strength `policyMagnitude`.
    case randAugment
  }

  /// What is evaluated while a run goes on and at its end.
  public enum Evaluated: String, CaseIterable, Sendable, ConfigurationWord {
    /// The shards of `validation`, if there are any.
    case validation
    /// What `holdOut` keeps from being trained on.
    case heldOut
  }

  /// Training shards: absolute paths of files, patterns or folders.
  public internal(set) var train: [String] = []
  /// Validation shards, as `train`. Default none.
  public internal(set) var validation: [String] = []
  /// Share of the training images, and of those of each class, that are not trained on: drawn by
  /// lot, the same ones for every `training.seed`. Default 0.
  public internal(set) var holdOut = 0.0
  /// What is evaluated: `validation`, or with a `holdOut` above 0 `heldOut`, to choose among
  /// networks by images that neither train nor confirm them; `validation` is not read then. Default
  /// `validation`.
  public internal(set) var validateOn = Evaluated.validation
  /// How an image becomes square. Default `crop`.
  public internal(set) var fit = ImagePreparation.Fit.crop
  /// How pixels are interpolated. Default `bicubic`.
  public internal(set) var interpolation = ResizeFilter.bicubic
  /// The part of a validation image that is used; only with `fit: crop`. Default `official`, that
  /// of all published results: side·R/(R + 32).
  public internal(set) var evaluationCrop = CenterCrop.official
  /// Smallest and largest random part, as fractions of the area; only with `fit: crop`. Default
  /// 0.08, 1.
  public internal(set) var cropArea = [0.08, 1]
  /// Smallest and largest ratio of width to height of a random part; only with `fit: crop`. Default
  /// 3/4, 4/3.
  public internal(set) var cropAspect = [0.75, 4.0 / 3]
  /// Subtracted from each channel, for pixels in 0…1. Default 0.485, 0.456, 0.406: the mean of
  /// ImageNet.
  public internal(set) var mean = [0.485, 0.456, 0.406]
  /// Divides each channel, for pixels in 0…1. Default 0.229, 0.224, 0.225: the deviation of
  /// ImageNet.
  public internal(set) var deviation = [0.229, 0.224, 0.225]
  /// Largest random shift, as a fraction of the side. Default 0, off.
  public internal(set) var shift = 0.0
  /// Largest random rotation to either side, in degrees. Default 0, off.
  public internal(set) var rotation = 0.0
  /// Largest random change of size, as a fraction. Default 0, off.
  public internal(set) var scale = 0.0
  /// Whether half of the images are mirrored left to right. Default false, since letters and digits
  /// must not be; the recipe's is true.
  public internal(set) var flip = false
  /// Largest random change of brightness: factors from 1 − x to 1 + x. Default 0, off.
  public internal(set) var brightness = 0.0
  /// Largest random change of contrast, as `brightness`. Default 0, off.
  public internal(set) var contrast = 0.0
  /// Largest random change of saturation, as `brightness`. Default 0, off.
  public internal(set) var saturation = 0.0
  /// Largest random turn of the hue, as a fraction of the colour circle. Default 0, off.
  public internal(set) var hue = 0.0
  /// A sequence of operations. Default `none`.
  public internal(set) var policy = Policy.none
  /// Operations of `randAugment`. Default 2.
  public internal(set) var policyLayers = 2
  /// Strength of the operations of `randAugment`. Default 10.
  public internal(set) var policyMagnitude = 10.0
  /// Probability that a rectangle of an image is erased. Default 0, off.
  public internal(set) var erasing = 0.0
  /// What erased pixels become. Default `noise`.
  public internal(set) var erasingFill = RandomErasing.Fill.noise
  /// α of the Beta distribution that images are blended by. Default 0, off.
  public internal(set) var mixup = 0.0
  /// α of the Beta distribution of the rectangles that images exchange. Default 0, off.
  public internal(set) var cutmix = 0.0
  /// Neighbouring images of a shard that are read in one piece. Default: 16 for pictures kept as
  /// files or of different sizes, 1 for arrays, which are small.
  public internal(set) var shuffleRun: Int?
  /// Images, over all ranks, that are mixed with each other. Default 8,192: about a gigabyte of
  /// pictures of ImageNet's size.
  public internal(set) var shuffleWindow = 8_192
  /// Threads of each rank that prepare images while it computes; 0 prepares them in between.
  /// Default 1.
  public internal(set) var loaderThreads = 1
  /// Batches (of a round) that are prepared ahead. Default 2.
  public internal(set) var prefetch = 2

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.paths("train", &train, isRequired: true)
    keys.paths("validation", &validation, isRequired: false)
    keys.value("holdOut", &holdOut, .closed(0, 0.9))
    keys.value("validateOn", &validateOn)
    keys.value("fit", &fit)
    keys.value("interpolation", &interpolation)
    keys.value("evaluationCrop", &evaluationCrop)
    keys.value("cropArea", &cropArea, .closed(0.001, 1))
    keys.value("cropAspect", &cropAspect, .closed(0.01, 100))
    keys.value("mean", &mean, .closed(0, 1))
    keys.value("deviation", &deviation, .closed(1e-6, 1e6))
    keys.value("shift", &shift, .closed(0, 0.5))
    keys.value("rotation", &rotation, .closed(0, 180))
    keys.value("scale", &scale, .closed(0, 0.9))
    keys.value("flip", &flip)
    keys.value("brightness", &brightness, .closed(0, 1))
    keys.value("contrast", &contrast, .closed(0, 1))
    keys.value("saturation", &saturation, .closed(0, 1))
    keys.value("hue", &hue, .closed(0, 0.5))
    keys.value("policy", &policy)
    keys.value("policyLayers", &policyLayers, .closed(1, 16))
    keys.value("policyMagnitude", &policyMagnitude, .closed(0, 30))
    keys.value("erasing", &erasing, .closed(0, 1))
    keys.value("erasingFill", &erasingFill)
    keys.value("mixup", &mixup, .zeroOr(0.001, 1_000))
    keys.value("cutmix", &cutmix, .zeroOr(0.001, 1_000))
    keys.optional("shuffleRun", &shuffleRun, .closed(1, 65_536))
    keys.value("shuffleWindow", &shuffleWindow, .closed(1, 1e9))
    keys.value("loaderThreads", &loaderThreads, .closed(0, 64))
    keys.value("prefetch", &prefetch, .closed(1, 64))
    keys.require(
      validateOn == .validation || holdOut > 0, "data", "validateOn",
      "heldOut wants a data.holdOut above 0; give that share, or validation")
    for (key, range) in [("cropArea", cropArea), ("cropAspect", cropAspect)] {
      keys.require(
        range.count == 2 && range[0] <= range[1], "data", key,
        range.count == 2
          ? "\(range) is not a range; give the smallest value first"
          : "has \(range.count) values; give the smallest and the largest")
    }
  }
}

extension ImagePreparation.Fit: ConfigurationWord {}
extension ResizeFilter: ConfigurationWord {}
extension CenterCrop: ConfigurationWord {}
extension RandomErasing.Fill: ConfigurationWord {}
