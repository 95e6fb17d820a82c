import Tensors

/// Batch normalisation as two numbers a channel, forward and backward.
///
///     y = γ·(x − μ)/√(σ² + ε) + β = scale·x + shift
///
/// Whoever reads a raw convolution output applies scale and shift on the way. Backward, with
/// x̂ = (x − μ)/√(σ² + ε) and dy the gradient of y summed over n rows,
///
///     dβ = Σ dy    dγ = Σ dy·x̂    dx = γ/√(σ² + ε)·(dy − dβ/n − x̂·dγ/n)
///
/// which is again one factor for dy, one for x and a constant a channel. Source: Ioffe & Szegedy
/// 2015, arXiv:1502.03167.
public enum BatchNormalization {
  /// Computes scale and shift from the moments of a group, `C` values each.
  ///
  /// - Parameters:
  ///   - mean, inverseDeviation: Kept for backward, `[C]`. Written.
  ///   - scale, shift: What readers apply, `[C]`. Written.
  public static func normalize(
    moments: UnsafePointer<Double>, channels: Int, epsilon: Double,
    gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>,
    mean: UnsafeMutablePointer<Float>, inverseDeviation: UnsafeMutablePointer<Float>,
    scale: UnsafeMutablePointer<Float>, shift: UnsafeMutablePointer<Float>
  ) {
    let count = max(moments[0], 1)
    for c in 0..<channels {
      let variance = moments[1 + channels + c] / count
      let inverse = 1 / (variance + epsilon).squareRoot()
      let factor = Double(gamma[c]) * inverse
      mean[c] = Float(moments[1 + c])
      inverseDeviation[c] = Float(inverse)
      scale[c] = Float(factor)
      shift[c] = Float(Double(beta[c]) - moments[1 + c] * factor)
    }
  }

  /// Computes scale and shift from running statistics, as evaluation uses them.
  public static func normalize(
    runningMean: UnsafePointer<Float>, runningVariance: UnsafePointer<Float>, channels: Int,
    epsilon: Double, gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>,
    scale: UnsafeMutablePointer<Float>, shift: UnsafeMutablePointer<Float>
  ) {
    for c in 0..<channels {
      let factor = Double(gamma[c]) / (Double(runningVariance[c]) + epsilon).squareRoot()
      scale[c] = Float(factor)
      shift[c] = Float(Double(beta[c]) - Double(runningMean[c]) * factor)
    }
  }

  /// The three numbers a channel of `dx = a·dy + b·x + c`, `[C]` each, padded to the stride.
  public struct GradientCoefficients {
    package let a: UnsafeMutablePointer<Float>
    package let b: UnsafeMutablePointer<Float>
    package let c: UnsafeMutablePointer<Float>

    /// Bundles the pointers; owns nothing.
    public init(
      a: UnsafeMutablePointer<Float>, b: UnsafeMutablePointer<Float>,
      c: UnsafeMutablePointer<Float>
    ) {
      self.a = a
      self.b = b
      self.c = c
    }
  }

  /// Computes the three numbers a channel of `dx = a·dy + b·x + c` from the sums of a group.
  ///
  /// - Parameters:
  ///   - sums: `[2·C]`: Σ dy, then Σ dy·x̂, over the `count` rows of the group.
  ///   - coefficients: Written.
  public static func gradientCoefficients(
    sums: UnsafePointer<Double>, count: Double, channels: Int, scale: UnsafePointer<Float>,
    mean: UnsafePointer<Float>, inverseDeviation: UnsafePointer<Float>,
    into coefficients: GradientCoefficients
  ) {
    let inverseCount = 1 / max(count, 1)
    for channel in 0..<channels {
      let factor = Double(scale[channel])
      let slope =
        -factor * Double(inverseDeviation[channel]) * sums[channels + channel] * inverseCount
      coefficients.a[channel] = scale[channel]
      coefficients.b[channel] = Float(slope)
      coefficients.c[channel] = Float(
        -factor * sums[channel] * inverseCount - slope * Double(mean[channel]))
    }
  }

  /// Computes `dx = a·(dy·factor) + b·x + c` for `rows` rows `[rows, C]`; `dx` may be `dy`.
  public static func inputGradient(
    _ dy: UnsafePointer<Float>, factor: Float = 1, _ x: UnsafePointer<Float>, rows: Int,
    channels: Int, _ coefficients: GradientCoefficients, into dx: UnsafeMutablePointer<Float>
  ) {
    let stride = channelStride(channels)
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      let va = coefficients.a.vector(first) * factor
      let (vb, vc) = (coefficients.b.vector(first), coefficients.c.vector(first))
      var i = first
      for _ in 0..<rows {
        dx.store(vc.addingProduct(vb, x.vector(i)).addingProduct(va, dy.vector(i)), i)
        i &+= stride
      }
    }
  }
}
