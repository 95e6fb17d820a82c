import Glibc
import Tensors

/// Random shift, rotation and change of size of training pictures.
///
/// Each amount is uniform and symmetric about no change. What a picture undergoes is a pure
/// function of (seed, epoch, sample), and switching one kind on does not change the others.
public struct AffineAugmentation: Sendable, Equatable {
  /// Largest shift, horizontal and vertical, as a fraction of the network's resolution.
  public var shift: Double
  /// Largest rotation in degrees, to either side.
  public var rotation: Double
  /// Largest change of size: 0.1 scales by 0.9 to 1.1.
  public var scale: Double

  /// Describes the amounts; none by default.
  ///
  /// - Precondition: No amount is negative, and `scale` is below 1.
  public init(shift: Double = 0, rotation: Double = 0, scale: Double = 0) {
    precondition(
      shift >= 0 && rotation >= 0 && scale >= 0 && scale < 1,
      "an augmentation needs amounts that are not negative, and a scale below 1")
    self.shift = shift
    self.rotation = rotation
    self.scale = scale
  }

  /// What one sample undergoes in one epoch.
  package func map(key: RandomKey, resolution: Int) -> AffineMap {
    var random = CounterRandom(key, .augmentation)
    func symmetric(_ amount: Double) -> Double { amount * random.uniform(in: -1...1) }
    let shiftX = symmetric(shift) * Double(resolution)
    let shiftY = symmetric(shift) * Double(resolution)
    let angle = symmetric(rotation)
    let factor = 1 + symmetric(scale)
    return Self.map(shiftX: shiftX, shiftY: shiftY, rotation: angle, scale: factor)
  }

  /// The map for given amounts: first enlarged, then turned counter-clockwise, then shifted right
  /// and down.
  package static func map(
    shiftX: Double, shiftY: Double, rotation: Double, scale: Double
  ) -> AffineMap {
    let radians = rotation * .pi / 180
    let cosine = cos(radians) / scale
    let sine = sin(radians) / scale
    return AffineMap(
      xx: cosine, xy: -sine, yx: sine, yy: cosine, shiftX: shiftX, shiftY: shiftY)
  }
}
