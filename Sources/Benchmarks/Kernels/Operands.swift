import Kernels
import Tensors

/// Random operands of a kernel, which live as long as this.
///
/// Tensors exist in equal copies, so that a kernel that steps from one to the next finds its
/// operands in memory and not in a cache.
package final class Operands {
  /// Copies of every tensor.
  package let copies: Int
  /// The copy to work on.
  package private(set) var current = 0
  private var buffers: [FloatBuffer] = []
  private var payloads: [UnsafeMutablePointer<Double>] = []
  private var seed: UInt64 = 0

  init(copies: Int) { self.copies = copies }

  deinit { payloads.forEach { $0.deallocate() } }

  /// Steps to the next copy.
  func turn() { current = current + 1 < copies ? current + 1 : 0 }

  /// New random doubles that are exactly floats, in [−scale, scale).
  package func random(_ count: Int, scale: Double = 1) -> [Double] {
    seed += 1
    var random = CounterRandom(seed: seed, purpose: .synthetic)
    return (0..<count).map { _ in Double(Float(random.uniform(in: -1...1) * scale)) }
  }

  /// Floats that no copies are made of: weights, scratch, one value a channel.
  package func dense(_ values: [Double]) -> UnsafeMutablePointer<Float> {
    let start = room(channelStride(values.count))
    for (i, value) in values.enumerated() { start[i] = Float(value) }
    return start
  }

  /// Zeros, aligned to a cache line.
  package func room(_ count: Int) -> UnsafeMutablePointer<Float> {
    let buffer = FloatBuffer.assured(count: count)
    buffer.values.update(repeating: 0)
    buffers.append(buffer)
    return buffer.start
  }

  /// Zeros in double precision.
  package func payload(_ count: Int) -> UnsafeMutablePointer<Double> {
    let payload = UnsafeMutablePointer<Double>.allocate(capacity: count)
    payload.initialize(repeating: 0, count: count)
    payloads.append(payload)
    return payload
  }

  /// A tensor that holds dense values `[pixels, C]`.
  package func tensor(_ layout: Tensor.Layout, _ values: [Double], channels: Int) -> Tensor {
    let tensor = tensor(layout, pixels: values.count / channels, channels: channels)
    tensor.pixels.write(values, channels: channels)
    for copy in 1..<max(copies, 1) {
      (tensor.first + copy * tensor.size).update(from: tensor.first, count: tensor.size)
    }
    return tensor
  }

  /// A tensor of floats without channels.
  package func flat(_ values: [Double]) -> Tensor { tensor(.rows, values, channels: values.count) }

  /// A tensor of zeros.
  package func tensor(_ layout: Tensor.Layout, pixels: Int, channels: Int) -> Tensor {
    let size = pixels * channelStride(channels)
    return Tensor(
      operands: self, first: room(copies * size), layout: layout, count: pixels, channels: channels)
  }

  /// Pixels in one of the two layouts, in as many copies as the operands have.
  package struct Tensor {
    /// See ``Pixels``.
    package enum Layout { case rows, planes }

    fileprivate let operands: Operands
    fileprivate let first: UnsafeMutablePointer<Float>
    package let layout: Layout
    package let count, channels: Int

    /// Floats of a copy.
    package var size: Int { count * channelStride(channels) }
    /// Where the current copy begins.
    package var start: UnsafeMutablePointer<Float> { first + operands.current * size }
    /// The current copy.
    package var pixels: Pixels {
      switch layout {
      case .rows: .rows(start, channels: channels)
      case .planes: .planes(start, pixels: count)
      }
    }
    /// The current copy, dense.
    package var values: [Double] { pixels.values(count: count, channels: channels) }
  }
}

/// The first `count` floats.
func values(_ start: UnsafePointer<Float>, _ count: Int) -> [Double] {
  (0..<count).map { Double(start[$0]) }
}

/// The real channels of `vectors` vectors of doubles that are padded to the channel stride.
func values(_ start: UnsafePointer<Double>, vectors: Int, channels: Int) -> [Double] {
  (0..<vectors * channels).map { start[$0 / channels * channelStride(channels) + $0 % channels] }
}
