import Tensors

/// The reader of a raw convolution output: normalises, activates and gates a tile in cache.
///
/// With v = f(scale·x + shift) and the squeeze-and-excitation gate g of the image, the tensor that
/// the next operation sees is v or v·g. Neither is kept: backward computes both again from x.
public enum NormalizedActivation {
  /// Scale and shift of each channel, `[C]` padded to the channel stride.
  public struct Normalization {
    package let scale: UnsafePointer<Float>
    package let shift: UnsafePointer<Float>

    /// Bundles the pointers; owns nothing.
    public init(scale: UnsafePointer<Float>, shift: UnsafePointer<Float>) {
      self.scale = scale
      self.shift = shift
    }
  }

  /// Writes v for `rows` rows `[rows, C]`.
  public static func apply(
    _ x: UnsafePointer<Float>, rows: Int, channels: Int, _ normalization: Normalization,
    _ activation: Activation, into v: UnsafeMutablePointer<Float>
  ) {
    switch activation {
    case .identity: apply(Identity.self, x, rows, channels, normalization, v)
    case .swish: apply(Swish.self, x, rows, channels, normalization, v)
    case .relu6: apply(ReLU6.self, x, rows, channels, normalization, v)
    }
  }

  @inline(__always)
  private static func apply<A: VectorActivation>(
    _: A.Type, _ x: UnsafePointer<Float>, _ rows: Int, _ channels: Int,
    _ normalization: Normalization, _ v: UnsafeMutablePointer<Float>
  ) {
    let stride = channelStride(channels)
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      let scale = normalization.scale.vector(first)
      let shift = normalization.shift.vector(first)
      var i = first
      for _ in 0..<rows {
        v.store(A.value(shift.addingProduct(scale, x.vector(i))), i)
        i &+= stride
      }
    }
  }

  /// Adds the sum of each channel over `rows` rows of one image to `pooled`, `[C]`.
  public static func pool(
    _ v: UnsafePointer<Float>, rows: Int, channels: Int, into pooled: UnsafeMutablePointer<Float>
  ) {
    let stride = channelStride(channels)
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      var sum0 = Vector.zero
      var sum1 = Vector.zero
      var row = 0
      while row + 2 <= rows {
        sum0 += v.vector(first &+ row &* stride)
        sum1 += v.vector(first &+ (row &+ 1) &* stride)
        row &+= 2
      }
      if row < rows { sum0 += v.vector(first &+ row &* stride) }
      pooled.store(pooled.vector(first) + (sum0 + sum1), first)
    }
  }

  /// Multiplies `rows` rows of one image by its gate, `[C]`, in place.
  public static func gate(
    _ v: UnsafeMutablePointer<Float>, rows: Int, channels: Int, by gate: UnsafePointer<Float>
  ) {
    let stride = channelStride(channels)
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      let g = gate.vector(first)
      var i = first
      for _ in 0..<rows {
        v.store(v.vector(i) * g, i)
        i &+= stride
      }
    }
  }

  /// Computes the gated tensor again and adds Σ du·v to the gradient of the gate.
  ///
  /// - Parameters:
  ///   - du: Gradient of the gated tensor, `[rows, C]`, rows of one image.
  ///   - u: v·g, `[rows, C]`. Written.
  ///   - dgate: `[C]`. Added to.
  public static func gateGradient(
    _ du: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, channels: Int,
    _ normalization: Normalization, _ activation: Activation, gate: UnsafePointer<Float>,
    into u: UnsafeMutablePointer<Float>, dgate: UnsafeMutablePointer<Float>
  ) {
    switch activation {
    case .identity:
      gateGradient(Identity.self, du, x, rows, channels, normalization, gate, u, dgate)
    case .swish: gateGradient(Swish.self, du, x, rows, channels, normalization, gate, u, dgate)
    case .relu6: gateGradient(ReLU6.self, du, x, rows, channels, normalization, gate, u, dgate)
    }
  }

  @inline(__always)
  private static func gateGradient<A: VectorActivation>(
    _: A.Type, _ du: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ rows: Int,
    _ channels: Int, _ normalization: Normalization, _ gate: UnsafePointer<Float>,
    _ u: UnsafeMutablePointer<Float>, _ dgate: UnsafeMutablePointer<Float>
  ) {
    let stride = channelStride(channels)
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      let scale = normalization.scale.vector(first)
      let shift = normalization.shift.vector(first)
      let g = gate.vector(first)
      var sum = Vector.zero
      var i = first
      for _ in 0..<rows {
        let v = A.value(shift.addingProduct(scale, x.vector(i)))
        sum.addProduct(du.vector(i), v)
        u.store(v * g, i)
        i &+= stride
      }
      dgate.store(dgate.vector(first) + sum, first)
    }
  }

  /// What the gradient of v is made of, beside the gradient of the tensor that was read.
  public struct Gate {
    /// The image's gate, `[C]`.
    package let gate: UnsafePointer<Float>
    /// What the pooled mean hands to each of its pixels, `[C]`.
    package let pooled: UnsafePointer<Float>

    /// Bundles the pointers; owns nothing.
    public init(gate: UnsafePointer<Float>, pooled: UnsafePointer<Float>) {
      self.gate = gate
      self.pooled = pooled
    }
  }

  /// Carries a gradient back through gate and activation, in place, and adds up what the batch
  /// normalisation needs.
  ///
  ///     dy ← (dy·g + pooled)·f′(scale·x + shift);  sums += (Σ dy, Σ dy·x̂)
  ///
  /// - Parameters:
  ///   - dy: Gradient of the tensor read, `[rows, C]`, rows of one image when gated; becomes the
  ///     gradient of the normalised tensor.
  ///   - sums: `[2·C]`. Added to.
  public static func backward(
    _ dy: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, channels: Int,
    _ normalization: Normalization, _ activation: Activation, gate: Gate?,
    mean: UnsafePointer<Float>, inverseDeviation: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Double>
  ) {
    switch activation {
    case .identity:
      backward(
        Identity.self, dy, x, rows, channels, normalization, gate, mean, inverseDeviation, sums)
    case .swish:
      backward(
        Swish.self, dy, x, rows, channels, normalization, gate, mean, inverseDeviation, sums)
    case .relu6:
      backward(
        ReLU6.self, dy, x, rows, channels, normalization, gate, mean, inverseDeviation, sums)
    }
  }

  @inline(__always)
  private static func backward<A: VectorActivation>(
    _: A.Type, _ dy: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ rows: Int,
    _ channels: Int, _ normalization: Normalization, _ gate: Gate?,
    _ mean: UnsafePointer<Float>, _ inverseDeviation: UnsafePointer<Float>,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    let stride = channelStride(channels)
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      let scale = normalization.scale.vector(first)
      let shift = normalization.shift.vector(first)
      let g = gate?.gate.vector(first) ?? .one
      let pooled = gate?.pooled.vector(first) ?? .zero
      let m = mean.vector(first)
      var sum = Vector.zero
      var product = Vector.zero
      var i = first
      for _ in 0..<rows {
        let xi = x.vector(i)
        let slope = A.valueAndSlope(shift.addingProduct(scale, xi)).slope
        let d = pooled.addingProduct(dy.vector(i), g) * slope
        dy.store(d, i)
        sum += d
        product.addProduct(d, xi - m)
        i &+= stride
      }
      GradientSums.add(
        sum, product * inverseDeviation.vector(first), channels: channels, firstChannel: first,
        to: sums)
    }
  }
}
