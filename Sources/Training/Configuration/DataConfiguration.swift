/// Section `data`: shards, normalisation and augmentation.
public struct DataConfiguration: Sendable, Equatable {
  /// How an image of another shape becomes square.
  public enum Fit: String, CaseIterable, Sendable, ConfigurationValue {
    /// Scale both sides by themselves.
    case stretch
    /// Scale both sides alike and fill the rest.
    case pad
  }

  /// Training shards: absolute paths of files, patterns or folders.
  public internal(set) var train: [String] = []
  /// Validation shards, as `train`. Default none.
  public internal(set) var validation: [String] = []
  /// How an image becomes square. Default `stretch`.
  public internal(set) var fit = Fit.stretch
  /// Subtracted from each channel, for pixels in 0…1. Default 0.485, 0.456, 0.406: the mean of
  /// ImageNet (official code).
  public internal(set) var mean = [0.485, 0.456, 0.406]
  /// Divides each channel, for pixels in 0…1. Default 0.229, 0.224, 0.225: the deviation of ImageNet
  /// (official code).
  public internal(set) var deviation = [0.229, 0.224, 0.225]
  /// Largest random shift, as a fraction of the side. Default 0, off.
  public internal(set) var shift = 0.0
  /// Largest random rotation to either side, in degrees. Default 0, off.
  public internal(set) var rotation = 0.0
  /// Largest random change of size, as a fraction. Default 0, off.
  public internal(set) var scale = 0.0
  /// Whether half of the images are mirrored left to right. Default false.
  public internal(set) var flip = false

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.paths("train", &train, isRequired: true)
    keys.paths("validation", &validation, isRequired: false)
    keys.value("fit", &fit)
    keys.value("mean", &mean, .closed(0, 1))
    keys.value("deviation", &deviation, .above(0))
    keys.value("shift", &shift, .closed(0, 0.5))
    keys.value("rotation", &rotation, .closed(0, 180))
    keys.value("scale", &scale, .closed(0, 0.9))
    keys.value("flip", &flip)
  }
}
