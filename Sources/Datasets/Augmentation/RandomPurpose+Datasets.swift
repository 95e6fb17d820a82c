import Tensors

extension RandomPurpose {
  /// Geometric changes of one sample.
  static let augmentation = RandomPurpose(3)
  /// Order of the samples in a window of an epoch; the sample is the window's first position.
  static let window = RandomPurpose(7)
  /// Part of the picture of one sample.
  static let crop = RandomPurpose(8)
  /// Whether the picture of one sample is mirrored.
  static let flip = RandomPurpose(9)
  /// Changes of colour of one sample.
  static let jitter = RandomPurpose(10)
  /// Operations that an augmentation policy chooses for one sample.
  static let policy = RandomPurpose(11)
  /// Rectangle erased from one sample.
  static let erasing = RandomPurpose(12)
  /// How one sample is mixed with its partner.
  package static let mixing = RandomPurpose(13)
  /// Whether one sample is held out from training.
  static let holdOut = RandomPurpose(15)
}
