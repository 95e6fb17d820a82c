import Tensors

/// Raw values of a convolution, and what whoever reads them applies on the way:
/// v = f(scale·x + shift).
public struct NormalizedPixels {
  package let pixels: Pixels
  /// Nil for pixels that are read as they are.
  package let normalization: NormalizedActivation.Normalization?
  package let activation: Activation

  /// Pixels behind a batch normalisation and an activation.
  public init(
    _ pixels: Pixels, _ normalization: NormalizedActivation.Normalization, _ activation: Activation
  ) {
    self.pixels = pixels
    self.normalization = normalization
    self.activation = activation
  }

  /// Pixels that are read as they are.
  public init(unchanged pixels: Pixels) {
    self.pixels = pixels
    normalization = nil
    activation = .identity
  }

  private init(_ pixels: Pixels, as other: NormalizedPixels) {
    self.pixels = pixels
    normalization = other.normalization
    activation = other.activation
  }

  /// The same without the first `count` pixels.
  public func dropping(_ count: Int) -> NormalizedPixels {
    NormalizedPixels(pixels.dropping(count), as: self)
  }

  /// Scale and shift of the 16 channels from `firstChannel` on.
  @inline(__always)
  func scale(_ firstChannel: Int) -> Vector { normalization?.scale.vector(firstChannel) ?? .one }
  @inline(__always)
  func shift(_ firstChannel: Int) -> Vector { normalization?.shift.vector(firstChannel) ?? .zero }
}
