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
    let squares = moments + 1 + channelStride(channels)
    for c in 0..<channels {
      let variance = squares[c] / count
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
  ///   - sums: Σ dy and Σ dy·x̂ over the `count` pixels of the group, see ``GradientSums``.
  ///   - coefficients: Written.
  public static func gradientCoefficients(
    sums: UnsafePointer<Double>, count: Double, channels: Int, scale: UnsafePointer<Float>,
    mean: UnsafePointer<Float>, inverseDeviation: UnsafePointer<Float>,
    into coefficients: GradientCoefficients
  ) {
    let inverseCount = 1 / max(count, 1)
    let products = sums + channelStride(channels)
    for channel in 0..<channels {
      let factor = Double(scale[channel])
      let slope =
        -factor * Double(inverseDeviation[channel]) * products[channel] * inverseCount
      coefficients.a[channel] = scale[channel]
      coefficients.b[channel] = Float(slope)
      coefficients.c[channel] = Float(
        -factor * sums[channel] * inverseCount - slope * Double(mean[channel]))
    }
  }

  /// Computes `dx = a·(dy·factor) + b·x + c` for `count` pixels.
  ///
  /// - Parameters:
  ///   - dy: Gradient of the normalised output, `[count, C]`.
  ///   - factor: Of the branch whose gradient `dy` is.
  ///   - x: Raw input of the normalisation, `[count, C]`.
  ///   - coefficients: a, b and c, `[C]` each.
  ///   - dx: Gradient of `x`, `[count, C]`. Written; may be `dy`.
  public static func inputGradient(
    _ dy: Pixels, factor: Float = 1, _ x: Pixels, count: Int, channels: Int,
    _ coefficients: GradientCoefficients, into dx: Pixels
  ) {
    for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
      let a = coefficients.a.vector(first) * factor
      let (b, c) = (coefficients.b.vector(first), coefficients.c.vector(first))
      let (source, raw, target) = (dy.block(first), x.block(first), dx.block(first))
      for i in 0..<count {
        source.prefetch(i &* dy.step)
        raw.prefetch(i &* x.step)
        target.store(
          c.addingProduct(b, raw.vector(i &* x.step))
            .addingProduct(a, source.vector(i &* dy.step)), i &* dx.step)
      }
    }
  }
}
