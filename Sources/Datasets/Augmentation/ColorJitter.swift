import Images
import Tensors

/// Random brightness, contrast, saturation and hue in a random order, as torchvision changes
/// Pillow's pictures.
///
/// All four amounts and the order are drawn for every sample, so that switching one of them on does
/// not change the others.
public struct ColorJitter: Sendable, Equatable {
  /// Brightness is multiplied by up to this more or less than 1.
  public let brightness: Double
  /// Contrast is multiplied by up to this more or less than 1.
  public let contrast: Double
  /// Saturation is multiplied by up to this more or less than 1.
  public let saturation: Double
  /// Hue is turned by up to this part of the circle, to either side.
  public let hue: Double

  /// Describes the amounts; none by default.
  ///
  /// - Precondition: No amount is negative, and `hue` is at most ½.
  public init(
    brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0
  ) {
    precondition(
      brightness >= 0 && contrast >= 0 && saturation >= 0 && 0...0.5 ~= hue,
      "colour jitter needs amounts that are not negative, and a hue of at most 0.5")
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
  }

  /// One of the changes, with its amount.
  package enum Change: Sendable, Equatable {
    /// Blends with black.
    case brightness(Double)
    /// Blends with the mean grey.
    case contrast(Double)
    /// Blends with the grey of each pixel.
    case saturation(Double)
    /// Turns the hue.
    case hue(Double)

    package func apply(to image: PixelImage) {
      switch self {
      case .brightness(let factor): image.adjustBrightness(factor)
      case .contrast(let factor):
        image.adjustContrast(factor, around: image.meanGrey(.pillow))
      case .saturation(let factor): image.adjustSaturation(factor, .pillow)
      case .hue(let turn): image.rotateHue(by: turn)
      }
    }
  }

  /// What the picture of a sample undergoes, in this order.
  package func changes(key: RandomKey) -> [Change] {
    var random = CounterRandom(key, .jitter)
    func factor(_ amount: Double) -> Double { random.uniform(in: max(0, 1 - amount)...1 + amount) }
    let all: [(change: Change, isOn: Bool)] = [
      (.brightness(factor(brightness)), brightness > 0),
      (.contrast(factor(contrast)), contrast > 0),
      (.saturation(factor(saturation)), saturation > 0),
      (.hue(random.uniform(in: -hue...hue)), hue > 0),
    ]
    var order = [0, 1, 2, 3]
    random.shuffle(&order)
    return order.map { all[$0] }.filter(\.isOn).map(\.change)
  }

  /// Changes the picture of a sample in place. Grey pictures keep what they have of saturation and
  /// hue.
  public func apply(to image: PixelImage, key: RandomKey) {
    for change in changes(key: key) { change.apply(to: image) }
  }
}
