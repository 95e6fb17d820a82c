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
    _ x: Pixels, count: Int, channels: Int, _ normalization: Normalization,
    _ activation: Activation, into v: Pixels?, mean: UnsafeMutablePointer<Float>? = nil
  ) {
    switch activation {
    case .identity: apply(Identity.self, x, count, channels, normalization, v, mean)
    case .swish: apply(Swish.self, x, count, channels, normalization, v, mean)
    case .relu6: apply(ReLU6.self, x, count, channels, normalization, v, mean)
    }
  }

  @inline(__always)
  private static func apply<A: VectorActivation>(
    _: A.Type, _ x: Pixels, _ count: Int, _ channels: Int, _ normalization: Normalization,
    _ v: Pixels?, _ mean: UnsafeMutablePointer<Float>?
  ) {
    let inverse = 1 / Float(count)
    for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
      let scale = normalization.scale.vector(first)
      let shift = normalization.shift.vector(first)
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
    _ du: Pixels, _ x: Pixels, count: Int, channels: Int, _ normalization: Normalization,
    _ activation: Activation, gate: UnsafePointer<Float>, into u: Pixels,
    dgate: UnsafeMutablePointer<Float>
  ) {
    switch activation {
    case .identity:
      gateGradient(Identity.self, du, x, count, channels, normalization, gate, u, dgate)
    case .swish: gateGradient(Swish.self, du, x, count, channels, normalization, gate, u, dgate)
    case .relu6: gateGradient(ReLU6.self, du, x, count, channels, normalization, gate, u, dgate)
    }
  }

  @inline(__always)
  private static func gateGradient<A: VectorActivation>(
    _: A.Type, _ du: Pixels, _ x: Pixels, _ count: Int, _ channels: Int,
    _ normalization: Normalization, _ gate: UnsafePointer<Float>, _ u: Pixels,
    _ dgate: UnsafeMutablePointer<Float>
  ) {
    for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
      let scale = normalization.scale.vector(first)
      let shift = normalization.shift.vector(first)
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
  ///   - sums: See ``GradientSums``. Added to.
  public static func backward(
    _ du: Pixels, _ x: Pixels, count: Int, channels: Int,
    _ normalization: Normalization, _ activation: Activation, gate: Gate?,
    mean: UnsafePointer<Float>, inverseDeviation: UnsafePointer<Float>, into dz: Pixels,
    sums: UnsafeMutablePointer<Double>
  ) {
    switch activation {
    case .identity:
      backward(
        Identity.self, du, x, count, channels, normalization, gate, mean, inverseDeviation, dz,
        sums)
    case .swish:
      backward(
        Swish.self, du, x, count, channels, normalization, gate, mean, inverseDeviation, dz, sums)
    case .relu6:
      backward(
        ReLU6.self, du, x, count, channels, normalization, gate, mean, inverseDeviation, dz, sums)
    }
  }

  @inline(__always)
  private static func backward<A: VectorActivation>(
    _: A.Type, _ du: Pixels, _ x: Pixels, _ count: Int, _ channels: Int,
    _ normalization: Normalization, _ gate: Gate?, _ mean: UnsafePointer<Float>,
    _ inverseDeviation: UnsafePointer<Float>, _ dz: Pixels, _ sums: UnsafeMutablePointer<Double>
  ) {
    for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
      let scale = normalization.scale.vector(first)
      let shift = normalization.shift.vector(first)
      let g = gate?.gate.vector(first) ?? .one
      let pooled = gate?.pooled.vector(first) ?? .zero
      let m = mean.vector(first)
      let (source, raw, target) = (du.block(first), x.block(first), dz.block(first))
      var sum = Vector.zero
      var product = Vector.zero
      for i in 0..<count {
        raw.prefetch(i &* x.step)
        target.prefetchForWriting(i &* dz.step)
        let xi = raw.vector(i &* x.step)
        let slope = A.valueAndSlope(shift.addingProduct(scale, xi)).slope
        let d = pooled.addingProduct(source.vector(i &* du.step), g) * slope
        target.store(d, i &* dz.step)
        sum += d
        product.addProduct(d, xi - m)
      }
      GradientSums.add(
        sum, product * inverseDeviation.vector(first), channels: channels, firstChannel: first,
        to: sums)
    }
  }
}
