import Images

/// The centred square of an evaluation picture that is resized to the network's input.
public enum CenterCrop: String, Sendable, CaseIterable {
  /// The shorter side times S/(S + 32), S the network's resolution: 0.875 at 224, 0.949 at 600. The
  /// official repository's rule until November 2021, with which all published results were made.
  case official
  /// The shorter side times 0.875 at every resolution: the official repository's rule since then,
  /// which still rounds the border to whole pixels of the input.
  case fixed

  /// The square of a picture, in whole pixels; truncated and placed as the official code does.
  ///
  /// - Parameters:
  ///   - height: Height of the picture in pixels.
  ///   - width: Width of the picture in pixels.
  ///   - resolution: Side of the network's input in pixels.
  /// - Precondition: The picture has pixels, and the resolution is positive.
  public func box(height: Int, width: Int, resolution: Int) -> ImageBox {
    precondition(
      height > 0 && width > 0 && resolution > 0,
      "nothing can be cut out of \(height) × \(width) pixels for \(resolution)")
    let shorter = min(height, width)
    let side =
      switch self {
      case .official: shorter * resolution / (resolution + 32)
      case .fixed: shorter * 7 / 8
      }
    let cut = max(1, side)
    return ImageBox(
      x: Double((width - cut + 1) / 2), y: Double((height - cut + 1) / 2), width: Double(cut),
      height: Double(cut))
  }
}
