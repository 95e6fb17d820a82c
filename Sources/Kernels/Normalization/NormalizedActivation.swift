import Tensors

/// The reader of a raw convolution output: normalises, activates and gates pixels in cache.
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

  /// Writes v of `count` pixels, or their mean, or both.
  ///
  /// - Parameters:
  ///   - v: Nil when only the mean is wanted.
  ///   - mean: Mean of v over the pixels, `[C]`; nil when only v is wanted.
  public static func apply(
    _ x: NormalizedPixels, count: Int, channels: Int, into v: Pixels?,
    mean: UnsafeMutablePointer<Float>? = nil
  ) {
    switch x.activation {
    case .identity: apply(Identity.self, x, count, channels, v, mean)
    case .swish: apply(Swish.self, x, count, channels, v, mean)
    case .relu6: apply(ReLU6.self, x, count, channels, v, mean)
    }
  }

  @inline(__always)
  private static func apply<A: VectorActivation>(
    _: A.Type, _ input: NormalizedPixels, _ count: Int, _ channels: Int, _ v: Pixels?,
    _ mean: UnsafeMutablePointer<Float>?
  ) {
    let x = input.pixels
    let inverse = 1 / Float(count)
    for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
      let (scale, shift) = (input.scale(first), input.shift(first))
      let source = x.block(first)
      var total = Vector.zero
      for part in stride(from: 0, to: count, by: longestSum) {
        let range = part..<min(part + longestSum, count)
        var sum = Vector.zero
        if let v {
          let target = v.block(first)
          for i in range {
            source.prefetch(i &* x.step)
            let value = A.value(shift.addingProduct(scale, source.vector(i &* x.step)))
            target.store(value, i &* v.step)
            sum += value
          }
        } else {
          for i in range {
            sum += A.value(shift.addingProduct(scale, source.vector(i &* x.step)))
          }
        }
        total += sum
      }
      mean?.store(total * inverse, first)
    }
  }

  /// Computes the gated tensor u = v·g of one image again, and the gradient of its gate, Σ du·v.
  ///
  /// - Parameters:
  ///   - du: Gradient of u.
  ///   - u: Written.
  ///   - dgate: `[C]`. Written.
  public static func gateGradient(
    _ du: Pixels, _ x: NormalizedPixels, count: Int, channels: Int, gate: UnsafePointer<Float>,
    into u: Pixels, dgate: UnsafeMutablePointer<Float>
  ) {
    switch x.activation {
    case .identity: gateGradient(Identity.self, du, x, count, channels, gate, u, dgate)
    case .swish: gateGradient(Swish.self, du, x, count, channels, gate, u, dgate)
    case .relu6: gateGradient(ReLU6.self, du, x, count, channels, gate, u, dgate)
    }
  }

  @inline(__always)
  private static func gateGradient<A: VectorActivation>(
    _: A.Type, _ du: Pixels, _ input: NormalizedPixels, _ count: Int, _ channels: Int,
    _ gate: UnsafePointer<Float>, _ u: Pixels, _ dgate: UnsafeMutablePointer<Float>
  ) {
    let x = input.pixels
    for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
      let (scale, shift) = (input.scale(first), input.shift(first))
      let g = gate.vector(first)
      let (gradient, source, target) = (du.block(first), x.block(first), u.block(first))
      var sum = Vector.zero
      for i in 0..<count {
        source.prefetch(i &* x.step)
        let v = A.value(shift.addingProduct(scale, source.vector(i &* x.step)))
        sum.addProduct(gradient.vector(i &* du.step), v)
        target.store(v * g, i &* u.step)
      }
      dgate.store(sum, first)
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

  /// Carries a gradient back through gate and activation, and adds up what the batch normalisation
  /// needs.
  ///
  ///     dz = (du·g + pooled)·f′(scale·x + shift);  sums += (Σ dz, Σ dz·x̂)
  ///
  /// - Parameters:
  ///   - du: Gradient of the tensor read, `count` pixels of one image when gated.
  ///   - dz: Gradient of the normalised tensor. Written; may be `du`.
  public static func backward(
    _ du: Pixels, _ x: NormalizedPixels, count: Int, channels: Int, gate: Gate?, into dz: Pixels,
    sums: GradientSums.Target
  ) {
    switch x.activation {
    case .identity: backward(Identity.self, du, x, count, channels, gate, dz, sums)
    case .swish: backward(Swish.self, du, x, count, channels, gate, dz, sums)
    case .relu6: backward(ReLU6.self, du, x, count, channels, gate, dz, sums)
    }
  }

  @inline(__always)
  private static func backward<A: VectorActivation>(
    _: A.Type, _ du: Pixels, _ x: NormalizedPixels, _ count: Int, _ channels: Int, _ gate: Gate?,
    _ dz: Pixels, _ sums: GradientSums.Target
  ) {
    for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
      let g = gate?.gate.vector(first) ?? .one
      let pooled = gate?.pooled.vector(first) ?? .zero
      let source = du.block(first)
      activationGradient(A.self, x, first, count, channels, into: dz, sums) { i in
        pooled.addingProduct(source.vector(i &* du.step), g)
      }
    }
  }

  /// Carries a gradient times a factor back through the activation, see
  /// ``backward(_:_:count:channels:gate:into:sums:)``.
  public static func backward(
    _ du: Pixels, factor: Float, _ x: NormalizedPixels, count: Int, channels: Int,
    into dz: Pixels, sums: GradientSums.Target
  ) {
    switch x.activation {
    case .identity: backward(Identity.self, du, factor, x, count, channels, dz, sums)
    case .swish: backward(Swish.self, du, factor, x, count, channels, dz, sums)
    case .relu6: backward(ReLU6.self, du, factor, x, count, channels, dz, sums)
    }
  }

  @inline(__always)
  private static func backward<A: VectorActivation>(
    _: A.Type, _ du: Pixels, _ factor: Float, _ x: NormalizedPixels, _ count: Int,
    _ channels: Int, _ dz: Pixels, _ sums: GradientSums.Target
  ) {
    let factor = Vector(repeating: factor)
    for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
      let source = du.block(first)
      activationGradient(A.self, x, first, count, channels, into: dz, sums) { i in
        source.vector(i &* du.step) * factor
      }
    }
  }

  /// Carries the gradient of an image's mean back through the activation, see
  /// ``backward(_:_:count:channels:gate:into:sums:)``: no pixel has a gradient of its own.
  ///
  /// - Parameter pooled: What the mean hands to each of its pixels, `[C]`.
  public static func backward(
    pooled: UnsafePointer<Float>, _ x: NormalizedPixels, count: Int, channels: Int,
    into dz: Pixels, sums: GradientSums.Target
  ) {
    switch x.activation {
    case .identity: backward(Identity.self, pooled, x, count, channels, dz, sums)
    case .swish: backward(Swish.self, pooled, x, count, channels, dz, sums)
    case .relu6: backward(ReLU6.self, pooled, x, count, channels, dz, sums)
    }
  }

  @inline(__always)
  private static func backward<A: VectorActivation>(
    _: A.Type, _ pooled: UnsafePointer<Float>, _ x: NormalizedPixels, _ count: Int,
    _ channels: Int, _ dz: Pixels, _ sums: GradientSums.Target
  ) {
    for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
      let share = pooled.vector(first)
      activationGradient(A.self, x, first, count, channels, into: dz, sums) { _ in share }
    }
  }

  /// Multiplies the gradient of 16 channels by the slope of the activation.
  @inline(__always)
  private static func activationGradient<A: VectorActivation>(
    _: A.Type, _ x: NormalizedPixels, _ first: Int, _ count: Int, _ channels: Int,
    into dz: Pixels, _ sums: GradientSums.Target, _ gradient: (_ pixel: Int) -> Vector
  ) {
    let (scale, shift) = (x.scale(first), x.shift(first))
    let mean = sums.mean.vector(first)
    let (raw, target, step) = (x.pixels.block(first), dz.block(first), x.pixels.step)
    for part in stride(from: 0, to: count, by: longestSum) {
      var sum = Vector.zero
      var product = Vector.zero
      for i in part..<min(part + longestSum, count) {
        raw.prefetch(i &* step)
        target.prefetchForWriting(i &* dz.step)
        let xi = raw.vector(i &* step)
        let slope = A.valueAndSlope(shift.addingProduct(scale, xi)).slope
        let d = gradient(i) * slope
        target.store(d, i &* dz.step)
        sum += d
        product.addProduct(d, xi - mean)
      }
      sums.add(sum, product, channels: channels, firstChannel: first)
    }
  }
}
