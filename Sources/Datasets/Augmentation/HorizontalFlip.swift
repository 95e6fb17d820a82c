import Images
import Tensors

/// Mirroring of training pictures, left and right. Wrong for digits and letters.
public struct HorizontalFlip: Sendable, Equatable {
  /// Share of the pictures that are mirrored.
  public let probability: Double

  /// Mirrors every other picture by default, as the official recipe does.
  ///
  /// - Precondition: The probability lies between 0 and 1.
  public init(probability: Double = 0.5) {
    precondition(0...1 ~= probability, "\(probability) is no probability")
    self.probability = probability
  }

  /// Mirrors the picture of a sample, or not.
  public func apply(to image: PixelImage, key: RandomKey) {
    var random = CounterRandom(key, .flip)
    if random.uniform() < probability { image.flipHorizontally() }
  }
}
