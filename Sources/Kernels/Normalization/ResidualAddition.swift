import Tensors

/// The output of a block: what its last convolution leaves, normalised and activated, scaled by
/// drop-path, plus the block's input.
public enum ResidualAddition {
  /// Computes `y = f(scale·x + shift)·factor + skip` for `rows` rows `[rows, C]` of one image.
  ///
  /// - Parameters:
  ///   - factor: 1/(1 − p) for a kept branch, 0 for a dropped one, 1 without drop-path.
  ///   - skip: The block's input, or nil where nothing is added.
  ///   - y: Written; may be `x`.
  public static func apply(
    _ x: UnsafePointer<Float>, rows: Int, channels: Int,
    _ normalization: NormalizedActivation.Normalization, _ activation: Activation, factor: Float,
    skip: UnsafePointer<Float>?, into y: UnsafeMutablePointer<Float>
  ) {
    switch activation {
    case .identity: apply(x, rows, channels, normalization, factor, skip, y)
    case .swish: apply(Swish.self, x, rows, channels, normalization, factor, skip, y)
    case .relu6: apply(ReLU6.self, x, rows, channels, normalization, factor, skip, y)
    }
  }

  /// Without an activation, the factor is part of scale and shift.
  private static func apply(
    _ x: UnsafePointer<Float>, _ rows: Int, _ channels: Int,
    _ normalization: NormalizedActivation.Normalization, _ factor: Float,
    _ skip: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>
  ) {
    let stride = channelStride(channels)
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      let scale = normalization.scale.vector(first) * factor
      let shift = normalization.shift.vector(first) * factor
      var i = first
      if let skip {
        for _ in 0..<rows {
          y.store((skip.vector(i) + shift).addingProduct(scale, x.vector(i)), i)
          i &+= stride
        }
      } else {
        for _ in 0..<rows {
          y.store(shift.addingProduct(scale, x.vector(i)), i)
          i &+= stride
        }
      }
    }
  }

  @inline(__always)
  private static func apply<A: VectorActivation>(
    _: A.Type, _ x: UnsafePointer<Float>, _ rows: Int, _ channels: Int,
    _ normalization: NormalizedActivation.Normalization, _ factor: Float,
    _ skip: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>
  ) {
    let stride = channelStride(channels)
    let factor = Vector(repeating: factor)
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      let scale = normalization.scale.vector(first)
      let shift = normalization.shift.vector(first)
      var i = first
      for _ in 0..<rows {
        let v = A.value(shift.addingProduct(scale, x.vector(i)))
        y.store((skip?.vector(i) ?? .zero).addingProduct(factor, v), i)
        i &+= stride
      }
    }
  }
}
