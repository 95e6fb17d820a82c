import Kernels
import Tensors

/// The first convolution, on one image.
enum StemCases {
  /// Sums of 27 products forward, of some thousand outputs backward.
  private static let tolerance = 2e-5

  static var all: [KernelCase] {
    let architecture = Baseline.architecture
    let shape = StemShape(
      geometry: architecture.stemGeometry, inputChannels: architecture.inputChannels,
      channels: architecture.stemChannels)
    return [forward(shape), backward(shape)]
  }

  private struct StemShape: CustomStringConvertible {
    let geometry: ConvolutionGeometry
    let inputChannels, channels: Int

    static let small = StemShape(
      geometry: ConvolutionGeometry(height: 13, width: 9, kernel: 3, stride: 2), inputChannels: 3,
      channels: 24)

    var inputs: Int { geometry.height * geometry.width * inputChannels }
    var outputs: Int { geometry.outputs * channelStride(channels) }
    var products: Int { geometry.outputs * weights }
    var weights: Int { geometry.kernel * geometry.kernel * inputChannels * channels }
    var operation: StemConvolution {
      StemConvolution(geometry: geometry, inputChannels: inputChannels, channels: channels)
    }
    var description: String {
      "\(geometry.inputText)×\(inputChannels)→\(channels) \(geometry.kernelText)"
    }
  }

  private static func forward(_ shape: StemShape) -> KernelCase {
    KernelCase(
      "stem forward", shape, small: .small, in: .memory, tolerance: tolerance,
      operations: 2 * shape.products, floats: shape.inputs + shape.outputs
    ) { shape, operands in
      let (x, weights) = (operands.random(shape.inputs), operands.random(shape.weights))
      let (image, kernel) = (operands.flat(x), operands.dense(weights))
      let operation = shape.operation
      let scratch = operands.room(operation.scratchSize)
      let y = operands.tensor(.planes, pixels: shape.geometry.outputs, channels: shape.channels)
      let moments = operands.payload(ChannelMoments.size(channels: shape.channels))
      return KernelCase.Trial(
        run: {
          operation.forward(
            image.start, images: 1, weights: kernel, into: y.start, moments: moments,
            scratch: scratch)
        },
        outcome: {
          let expected = StemReference.forward(
            x, weights: weights, shape.geometry, inputChannels: shape.inputChannels,
            channels: shape.channels)
          return [
            (y.values, expected),
            (
              values(moments + 1, vectors: 1, channels: shape.channels),
              StatisticsReference.means(expected, channels: shape.channels)
            ),
          ]
        })
    }
  }

  private static func backward(_ shape: StemShape) -> KernelCase {
    KernelCase(
      "stem backward", shape, small: .small, in: .memory, tolerance: tolerance,
      operations: 2 * shape.products, floats: shape.inputs + 2 * shape.outputs
    ) { shape, operands in
      let count = shape.geometry.outputs * shape.channels
      let (x, dz, y) = (
        operands.random(shape.inputs), operands.random(count), operands.random(count)
      )
      let image = operands.flat(x)
      let (gradient, output) = (
        operands.tensor(.planes, dz, channels: shape.channels),
        operands.tensor(.planes, y, channels: shape.channels)
      )
      let (coefficients, expected) = operands.inputGradient(shape.channels)
      let operation = shape.operation
      let scratch = operands.room(operation.scratchSize)
      let dw = operands.room(shape.weights)
      return KernelCase.Trial(
        run: {
          operation.backward(
            image.start, images: 1, dz: gradient.start, y: output.start, coefficients, into: dw,
            scratch: scratch)
        },
        outcome: {
          [
            (
              values(dw, shape.weights),
              StemReference.weightGradient(
                expected(dz, y, 1), x, shape.geometry, inputChannels: shape.inputChannels,
                channels: shape.channels)
            )
          ]
        })
    }
  }
}
