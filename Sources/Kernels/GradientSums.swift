import Tensors

/// Σ dy and Σ dy·x̂ of each channel: all that the gradient of a batch normalisation needs from the
/// whole batch, and the gradients of β and γ.
///
/// Stored as doubles, `[2, C]`, channels padded to the channel stride.
public enum GradientSums {
  /// Doubles for `channels` channels.
  public static func size(channels: Int) -> Int { 2 * channelStride(channels) }

  /// Adds `rows` rows of `dy·factor` and raw outputs `x`, both `[rows, C]`.
  public static func accumulate(
    into sums: UnsafeMutablePointer<Double>, channels: Int,
    _ dy: UnsafePointer<Float>, factor: Float, _ x: UnsafePointer<Float>, rows: Int,
    mean: UnsafePointer<Float>, inverseDeviation: UnsafePointer<Float>
  ) {
    let stride = channelStride(channels)
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      let m = mean.vector(first)
      for part in Swift.stride(from: 0, to: rows, by: longestSum) {
        var sum = Vector.zero
        var product = Vector.zero
        for row in part..<min(part + longestSum, rows) {
          let i = row &* stride &+ first
          let d = dy.vector(i)
          sum += d
          product.addProduct(d, x.vector(i) - m)
        }
        add(
          sum * factor, product * factor * inverseDeviation.vector(first), channels: channels,
          firstChannel: first, to: sums)
      }
    }
  }

  /// Adds the sums of one tile and 16 channels.
  @inline(__always)
  static func add(
    _ sum: Vector, _ product: Vector, channels: Int, firstChannel: Int,
    to sums: UnsafeMutablePointer<Double>
  ) {
    sums.add(sum, firstChannel)
    sums.add(product, channelStride(channels) + firstChannel)
  }
}
