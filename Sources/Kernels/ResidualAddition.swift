import Tensors

/// The output of a block: its normalised projection, scaled by drop-path, plus the block's input.
public enum ResidualAddition {
  /// Computes `y = (scale·x + shift)·factor + skip` for `rows` rows `[rows, C]` of one image.
  ///
  /// - Parameters:
  ///   - factor: 1/(1 − p) for a kept branch, 0 for a dropped one, 1 without drop-path.
  ///   - skip: The block's input, or nil where input and output differ in shape.
  public static func apply(
    _ x: UnsafePointer<Float>, rows: Int, channels: Int,
    _ normalization: NormalizedActivation.Normalization, factor: Float,
    skip: UnsafePointer<Float>?, into y: UnsafeMutablePointer<Float>
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
}
