import Kernels
import Tensors

/// Squeeze-and-excitation of the images of a tile.
enum SqueezeExcitationCases {
  /// Sums of at most 1,152 products of floats near 1, through a sigmoid.
  private static let tolerance = 2e-5

  static var all: [KernelCase] {
    let shapes = ["block2b", "block6b"].map(Baseline.block).map {
      SqueezeShape(
        images: max(1, PixelProduct.tileRows / $0.geometry.outputs), channels: $0.expandedChannels,
        squeezed: $0.squeezedChannels ?? 0)
    }
    let block = Baseline.block("block5b")
    return shapes.map(forward) + shapes.map(backward)
      + [gateGradient(PixelShape(pixels: block.expandedChannels, channels: block.outputChannels))]
  }

  private struct SqueezeShape: CustomStringConvertible {
    let images, channels, squeezed: Int

    static let small = SqueezeShape(images: 3, channels: 40, squeezed: 5)

    var products: Int { 2 * images * channels * squeezed }
    /// Floats of both kernels.
    var weights: Int { 2 * channels * squeezed }
    var floats: Int { images * channelStride(channels) }
    var description: String { "\(images)×\(channels)→\(squeezed)→\(channels)" }
  }

  /// Parameters and pooled images, for kernel and reference.
  private struct Squeeze {
    let operation: SqueezeExcitation
    let reference: SqueezeExcitationReference
    let pooledValues: [Double]
    let pooled, gate, reduced, hidden: Operands.Tensor
    let reduceKernel, reduceBias, expandKernel, expandBias: UnsafeMutablePointer<Float>

    init(_ shape: SqueezeShape, _ operands: Operands) {
      operation = SqueezeExcitation(channels: shape.channels, squeezed: shape.squeezed)
      let count = shape.channels * shape.squeezed
      let kernels = (operands.random(count, scale: 0.2), operands.random(count, scale: 0.2))
      let biases = (operands.random(shape.squeezed), operands.random(shape.channels))
      reference = SqueezeExcitationReference(
        reduceKernel: kernels.0, reduceBias: biases.0, expandKernel: kernels.1,
        expandBias: biases.1)
      (reduceKernel, expandKernel) = (operands.dense(kernels.0), operands.dense(kernels.1))
      (reduceBias, expandBias) = (operands.dense(biases.0), operands.dense(biases.1))
      pooledValues = operands.random(shape.images * shape.channels)
      pooled = operands.tensor(.rows, pooledValues, channels: shape.channels)
      gate = operands.tensor(.rows, pixels: shape.images, channels: shape.channels)
      reduced = operands.tensor(.rows, pixels: shape.images, channels: shape.squeezed)
      hidden = operands.tensor(.rows, pixels: shape.images, channels: shape.squeezed)
    }

    func forward(images: Int) {
      operation.forward(
        pooled: pooled.start, images: images, reduceKernel: reduceKernel, reduceBias: reduceBias,
        expandKernel: expandKernel, expandBias: expandBias, reduced: reduced.start,
        hidden: hidden.start, gate: gate.start)
    }
  }

  private static func forward(_ shape: SqueezeShape) -> KernelCase {
    KernelCase(
      "squeeze-and-excitation forward", shape, small: .small, in: .cache, tolerance: tolerance,
      operations: 2 * shape.products, floats: shape.weights + 2 * shape.floats
    ) { shape, operands in
      let squeeze = Squeeze(shape, operands)
      return KernelCase.Trial(
        run: { squeeze.forward(images: shape.images) },
        outcome: { [(squeeze.gate.values, squeeze.reference.forward(squeeze.pooledValues))] })
    }
  }

  /// To the pooled means and to the parameters; the gradient of the gates, which is overwritten, is
  /// written anew before.
  private static func backward(_ shape: SqueezeShape) -> KernelCase {
    KernelCase(
      "squeeze-and-excitation backward", shape, small: .small, in: .cache, tolerance: tolerance,
      operations: 4 * shape.products, floats: 2 * shape.weights + 4 * shape.floats
    ) { shape, operands in
      let squeeze = Squeeze(shape, operands)
      squeeze.forward(images: shape.images)
      let (channels, squeezed) = (shape.channels, shape.squeezed)
      let gradient = operands.random(shape.images * channels)
      let given = operands.tensor(.rows, gradient, channels: channels)
      let dgate = operands.tensor(.rows, pixels: shape.images, channels: channels)
      let dpooled = operands.tensor(.rows, pixels: shape.images, channels: channels)
      let dreduced = operands.tensor(.rows, pixels: shape.images, channels: squeezed)
      let kernels = (operands.room(channels * squeezed), operands.room(channels * squeezed))
      let biases = (operands.room(squeezed), operands.room(channels))
      return KernelCase.Trial(
        run: {
          dgate.start.update(from: given.start, count: given.size)
          squeeze.operation.backward(
            dgate: dgate.start, images: shape.images, gate: squeeze.gate.start,
            reduced: squeeze.reduced.start, reduceKernel: squeeze.reduceKernel,
            expandKernel: squeeze.expandKernel, dreduced: dreduced.start, dpooled: dpooled.start)
          squeeze.operation.parameterGradients(
            dgate: dgate.start, dreduced: dreduced.start, pooled: squeeze.pooled.start,
            hidden: squeeze.hidden.start, images: shape.images, reduceKernel: kernels.0,
            reduceBias: biases.0, expandKernel: kernels.1, expandBias: biases.1)
        },
        outcome: {
          let expected = squeeze.reference.backward(gradient, pooled: squeeze.pooledValues)
          return [
            (dpooled.values, expected.pooled),
            (values(kernels.0, channels * squeezed), expected.reduceKernel),
            (values(biases.0, squeezed), expected.reduceBias),
            (values(kernels.1, channels * squeezed), expected.expandKernel),
            (values(biases.1, channels), expected.expandBias),
          ]
        })
    }
  }

  /// An image's products `[C, Cout]` with the kernel of its projection.
  private static func gateGradient(_ shape: PixelShape) -> KernelCase {
    KernelCase(
      "gate gradient", shape, small: .small, in: .cache, tolerance: tolerance,
      operations: 4 * shape.values, floats: 4 * shape.values
    ) { shape, operands in
      let (channels, outputs) = (shape.pixels, shape.channels)
      let (p, w) = (operands.random(shape.values), operands.random(shape.values))
      let (gate, before) = (operands.random(channels), operands.random(shape.values))
      let (products, kernel, factors) = (
        operands.dense(p), operands.dense(w), operands.dense(gate)
      )
      let (dgate, gradient) = (operands.room(channels), operands.dense(before))
      let operation = SqueezeExcitation(channels: channels, squeezed: 1)
      return KernelCase.Trial(
        run: {
          operation.projectionGradients(
            ofProducts: products, outputs: outputs, kernel: kernel, gate: factors,
            dgate: dgate, kernelGradient: gradient, accumulating: true)
        },
        outcome: {
          let terms = zip(p, w).map { $0 * $1 }
          return [
            (
              values(dgate, channels),
              (0..<channels).map { terms[$0 * outputs..<($0 + 1) * outputs].reduce(0, +) }
            ),
            (
              values(gradient, shape.values),
              p.indices.map { before[$0] + p[$0] * gate[$0 / outputs] }
            ),
          ]
        })
    }
  }
}
