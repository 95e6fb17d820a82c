import Tensors

/// Σ dy and Σ dy·x̂ of each channel: all that the gradient of a batch normalisation needs from the
/// whole batch, and the gradients of β and γ.
///
/// Stored as doubles, `[2, C]`, channels padded to the channel stride.
public enum GradientSums {
  /// Doubles for `channels` channels.
  public static func size(channels: Int) -> Int { 2 * channelStride(channels) }

  /// The sums of a batch normalisation, and what turns its raw input x into x̂, `[C]` each.
  public struct Target {
    let mean, inverseDeviation: UnsafePointer<Float>
    let sums: UnsafeMutablePointer<Double>

    /// Bundles the pointers; owns nothing.
    public init(
      mean: UnsafePointer<Float>, inverseDeviation: UnsafePointer<Float>,
      sums: UnsafeMutablePointer<Double>
    ) {
      self.mean = mean
      self.inverseDeviation = inverseDeviation
      self.sums = sums
    }

    /// Adds Σ dy and Σ dy·(x − mean) of 16 channels.
    @inline(__always)
    func add(_ sum: Vector, _ product: Vector, channels: Int, firstChannel: Int) {
      sums.add(sum, firstChannel)
      sums.add(
        product * inverseDeviation.vector(firstChannel), channelStride(channels) + firstChannel)
    }
  }

  /// Adds `rows` rows of `dy·factor` and raw outputs `x`, both `[rows, C]`.
  public static func accumulate(
    into target: Target, channels: Int, _ dy: UnsafePointer<Float>, factor: Float,
    _ x: UnsafePointer<Float>, rows: Int
  ) {
    let stride = channelStride(channels)
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      let m = target.mean.vector(first)
      for part in Swift.stride(from: 0, to: rows, by: longestSum) {
        var sum = Vector.zero
        var product = Vector.zero
        for row in part..<min(part + longestSum, rows) {
          let i = row &* stride &+ first
          let d = dy.vector(i)
          sum += d
          product.addProduct(d, x.vector(i) - m)
        }
        target.add(
          sum * factor, product * factor, channels: channels, firstChannel: first)
      }
    }
  }
}
