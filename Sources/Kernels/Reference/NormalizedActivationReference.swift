/// The reader of a raw convolution output in plain loops and doubles: v = f(scale·x + shift) of
/// pixels `[pixels, C]`.
package struct NormalizedActivationReference {
  private let scale, shift: [Double]
  private let activation: Activation
  private var channels: Int { scale.count }

  /// Describes the reader by scale and shift of each channel and its function.
  package init(scale: [Double], shift: [Double], _ activation: Activation) {
    self.scale = scale
    self.shift = shift
    self.activation = activation
  }

  /// v of the pixels `x`.
  package func forward(_ x: [Double]) -> [Double] {
    x.indices.map {
      activation.value(scale[$0 % channels] * x[$0] + shift[$0 % channels])
    }
  }

  /// The gradient in front of the activation, `(du·gate + pooled)·f′(scale·x + shift)`, for pixels
  /// of one image.
  ///
  /// - Parameter gate: Gate of each channel, and what its mean hands to each pixel.
  package func backward(
    _ du: [Double], _ x: [Double], gate: (gate: [Double], pooled: [Double])? = nil
  ) -> [Double] {
    x.indices.map { i in
      let c = i % channels
      let dv = gate.map { du[i] * $0.gate[c] + $0.pooled[c] } ?? du[i]
      return dv * activation.slope(scale[c] * x[i] + shift[c])
    }
  }
}
