import Tensors

/// Squeeze-and-excitation of pooled images: two small products, swish between, a sigmoid at the
/// end.
///
///     r = pooled·Wr + br,  h = swish(r),  g = σ(h·We + be)
///
/// Source: Hu et al. 2018, arXiv:1709.01507; swish and the width of the squeeze as in EfficientNet.
public struct SqueezeExcitation: Sendable {
  /// Channels gated, C.
  public let channels: Int
  /// Width of the squeeze, S.
  public let squeezed: Int

  /// Describes the operation.
  public init(channels: Int, squeezed: Int) {
    self.channels = channels
    self.squeezed = squeezed
  }

  /// Computes the gates of `images` images.
  ///
  /// - Parameters:
  ///   - pooled: Means over the pixels, `[images, C]`.
  ///   - reduceKernel, reduceBias, expandKernel, expandBias: `[C, S]`, `[S]`, `[S, C]`, `[C]`.
  ///   - reduced: r, `[images, S]`, rows a channel stride apart. Written, kept for backward.
  ///   - hidden: h, like `reduced`. Written, kept for backward.
  ///   - gate: g, `[images, C]`. Written.
  public func forward(
    pooled: UnsafePointer<Float>, images: Int,
    reduceKernel: UnsafePointer<Float>, reduceBias: UnsafePointer<Float>,
    expandKernel: UnsafePointer<Float>, expandBias: UnsafePointer<Float>,
    reduced: UnsafeMutablePointer<Float>, hidden: UnsafeMutablePointer<Float>,
    gate: UnsafeMutablePointer<Float>
  ) {
    let (wide, narrow) = (channelStride(channels), channelStride(squeezed))
    for image in 0..<images {
      (reduced + image * narrow).update(from: reduceBias, count: squeezed)
      (gate + image * wide).update(from: expandBias, count: channels)
    }
    // [images, C] · [C, S]
    GEMM.multiply(
      m: images, n: squeezed, k: channels, pooled, wide, reduceKernel, squeezed,
      into: reduced, narrow, accumulating: true)
    for i in Swift.stride(from: 0, to: images * narrow, by: vectorWidth) {
      hidden.store(Swish.value(reduced.vector(i)), i)
    }
    // [images, S] · [S, C]
    GEMM.multiply(
      m: images, n: channels, k: squeezed, hidden, narrow, expandKernel, channels,
      into: gate, wide, accumulating: true)
    for i in Swift.stride(from: 0, to: images * wide, by: vectorWidth) {
      gate.store(sigmoid(gate.vector(i)), i)
    }
  }

  /// Multiplies each row of the projection's kernel by the gate of its channel, which does to the
  /// products what gating the pixels would.
  ///
  /// - Parameters:
  ///   - kernel: `[C, outputs]`.
  ///   - gated: Like `kernel`. Written.
  public func gateKernel(
    _ kernel: UnsafePointer<Float>, outputs: Int, gate: UnsafePointer<Float>,
    into gated: UnsafeMutablePointer<Float>
  ) {
    for channel in 0..<channels {
      let row = channel &* outputs
      // What whole vectors write beyond a row, the next row overwrites.
      for i in Swift.stride(from: row, to: row &+ outputs, by: vectorWidth) {
        gated.store(kernel.vector(i) * gate[channel], i)
      }
    }
  }

  /// Computes the gradient of the gates of one image, and its share of the projection's kernel
  /// gradient, from the products of its activated pixels and the gradients of its projection.
  ///
  /// - Parameters:
  ///   - products: `[channels, outputs]`, Σ over the pixels.
  ///   - kernel: Of the projection, `[channels, outputs]`.
  ///   - gate: `[channels]`.
  ///   - dgate: `[channels]`. Written.
  ///   - kernelGradient: `[channels, outputs]`. Written, or added to with `accumulating`.
  public func projectionGradients(
    ofProducts products: UnsafePointer<Float>, outputs: Int, kernel: UnsafePointer<Float>,
    gate: UnsafePointer<Float>, dgate: UnsafeMutablePointer<Float>,
    kernelGradient: UnsafeMutablePointer<Float>, accumulating: Bool
  ) {
    let whole = outputs / vectorWidth * vectorWidth
    for channel in 0..<channels {
      let row = channel &* outputs
      let g = gate[channel]
      var sums = Vector.zero
      for i in Swift.stride(from: row, to: row &+ whole, by: vectorWidth) {
        let p = products.vector(i)
        sums.addProduct(p, kernel.vector(i))
        kernelGradient.store(accumulating ? kernelGradient.vector(i) + p * g : p * g, i)
      }
      var sum = sums.sum()
      for i in row &+ whole..<row &+ outputs {
        sum += products[i] * kernel[i]
        kernelGradient[i] = accumulating ? kernelGradient[i] + products[i] * g : products[i] * g
      }
      dgate[channel] = sum
    }
  }

  /// Carries gate gradients back to the pooled means.
  ///
  /// - Parameters:
  ///   - dgate: Gradient of the gates, `[images, C]`; becomes that of `h·We + be`.
  ///   - dreduced: Gradient of r, `[images, S]`. Written.
  ///   - dpooled: Gradient of the means, `[images, C]`. Written.
  public func backward(
    dgate: UnsafeMutablePointer<Float>, images: Int, gate: UnsafePointer<Float>,
    reduced: UnsafePointer<Float>,
    reduceKernel: UnsafePointer<Float>, expandKernel: UnsafePointer<Float>,
    dreduced: UnsafeMutablePointer<Float>, dpooled: UnsafeMutablePointer<Float>
  ) {
    let (wide, narrow) = (channelStride(channels), channelStride(squeezed))
    for i in Swift.stride(from: 0, to: images * wide, by: vectorWidth) {
      let g = gate.vector(i)
      dgate.store(dgate.vector(i) * g * (1 - g), i)
    }
    // [images, C] · [S, C]ᵀ
    GEMM.multiplyByTransposed(
      m: images, n: squeezed, k: channels, dgate, wide, expandKernel, channels,
      into: dreduced, narrow)
    for i in Swift.stride(from: 0, to: images * narrow, by: vectorWidth) {
      dreduced.store(dreduced.vector(i) * Swish.valueAndSlope(reduced.vector(i)).slope, i)
    }
    // [images, S] · [C, S]ᵀ
    GEMM.multiplyByTransposed(
      m: images, n: channels, k: squeezed, dreduced, narrow, reduceKernel, squeezed,
      into: dpooled, wide)
  }

  /// Computes the gradients of all four parameter tensors over `images` images. All are written.
  public func parameterGradients(
    dgate: UnsafePointer<Float>, dreduced: UnsafePointer<Float>, pooled: UnsafePointer<Float>,
    hidden: UnsafePointer<Float>, images: Int,
    reduceKernel: UnsafeMutablePointer<Float>, reduceBias: UnsafeMutablePointer<Float>,
    expandKernel: UnsafeMutablePointer<Float>, expandBias: UnsafeMutablePointer<Float>
  ) {
    let (wide, narrow) = (channelStride(channels), channelStride(squeezed))
    // [images, C]ᵀ · [images, S]
    GEMM.multiplyTransposed(
      m: channels, n: squeezed, k: images, pooled, wide, dreduced, narrow,
      into: reduceKernel, squeezed, accumulating: false)
    // [images, S]ᵀ · [images, C]
    GEMM.multiplyTransposed(
      m: squeezed, n: channels, k: images, hidden, narrow, dgate, wide,
      into: expandKernel, channels, accumulating: false)
    ColumnSums.write(dreduced, rows: images, columns: squeezed, into: reduceBias)
    ColumnSums.write(dgate, rows: images, columns: channels, into: expandBias)
  }
}
