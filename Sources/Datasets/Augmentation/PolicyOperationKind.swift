import Tensors

/// The operations of AutoAugment and RandAugment, in the order of the official RandAugment.
package enum PolicyOperationKind: Sendable, CaseIterable {
  case autoContrast, equalize, invert, rotate, posterize, solarize, color, contrast, brightness
  case sharpness, shearX, shearY, translateX, translateY, cutout, solarizeAdd

  /// The operation with the amount of a level.
  ///
  /// Geometry goes to either side with equal probability.
  /// - Parameters:
  ///   - level: 0 to 10, or more: the official formulae simply go on.
  ///   - translation: Pixels that a picture is moved by at level 10.
  ///   - cutout: Half the side of the square that is cut out at level 10, in pixels.
  ///   - random: Where signs and places come from.
  func operation(
    level: Double, translation: Double, cutout: Double, random: inout CounterRandom
  ) -> PolicyOperation {
    let share = level / 10
    func signed(_ amount: Double) -> Double { random.uniform() < 0.5 ? -amount : amount }
    let factor = share * 1.8 + 0.1
    switch self {
    case .autoContrast: return .autoContrast
    case .equalize: return .equalize
    case .invert: return .invert
    case .rotate: return .rotate(degrees: signed(share * 30))
    case .posterize: return .posterize(bits: Int(share * 4))
    case .solarize: return .solarize(threshold: Int(share * 256))
    case .color: return .color(factor: factor)
    case .contrast: return .contrast(factor: factor)
    case .brightness: return .brightness(factor: factor)
    case .sharpness: return .sharpness(factor: factor)
    case .shearX: return .shearX(slope: signed(share * 0.3))
    case .shearY: return .shearY(slope: signed(share * 0.3))
    case .translateX: return .translateX(pixels: signed(share * translation))
    case .translateY: return .translateY(pixels: signed(share * translation))
    case .cutout:
      return .cutout(x: random.uniform(), y: random.uniform(), halfSide: Int(share * cutout))
    case .solarizeAdd: return .solarizeAdd(addition: Int(share * 110))
    }
  }
}
