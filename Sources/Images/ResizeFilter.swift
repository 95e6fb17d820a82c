/// How the pixels around a point count when a picture is resized.
///
/// Both filters grow with the reduction, so that every source pixel counts and nothing aliases.
public enum ResizeFilter: String, Sendable, CaseIterable {
  /// Falls linearly to nothing at one pixel's distance.
  case bilinear
  /// Keys' cubic convolution with a = −0.5, which reaches two pixels and sharpens a little.
  case bicubic

  /// Distance at which the weight becomes and stays zero.
  var support: Double {
    switch self {
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  /// Weight at a distance, not negative, in pixels.
  func weight(at distance: Double) -> Double {
    switch self {
    case .bilinear: max(0, 1 - distance)
    case .bicubic where distance < 1: (1.5 * distance - 2.5) * distance * distance + 1
    case .bicubic where distance < 2: ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    case .bicubic: 0
    }
  }
}
