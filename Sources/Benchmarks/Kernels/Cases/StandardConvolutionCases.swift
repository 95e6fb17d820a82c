import Kernels
import Networks
import Tensors

/// Standard convolutions on one image: the stem, and those of fused blocks.
enum StandardConvolutionCases {
  /// Sums of some hundred products forward, of some thousand outputs backward.
  private static let tolerance = 2e-5

  static var all: [KernelCase] {
    let stem = Shape(Baseline.architecture.stem)
    // Both strides, narrow and wide: those of EfficientNetV2-S at 300 × 300.
    let fused = ["block2a", "block2b", "block3b"].map { Shape(Baseline.fused($0)) }
    return [forward("stem forward", stem), weightGradient("stem backward", stem)]
      + fused.map { forward("k×k convolution forward", $0) }
      + fused.map { weightGradient("k×k convolution, weight gradient", $0) }
      + fused.map { backward("k×k convolution backward", $0) }
  }

  private struct Shape: CustomStringConvertible {
    let geometry: ConvolutionGeometry
    let inputChannels, channels: Int
    /// Whether the input is an image without channel padding.
    let isImage: Bool

    init(_ convolution: Convolution) {
      geometry = convolution.geometry
      inputChannels = convolution.inputChannels
      channels = convolution.channels
      isImage = inputChannels < vectorWidth
    }

    /// The same convolution of an odd image with few channels.
    init(smallerThan other: Shape) {
      geometry = ConvolutionGeometry(
        height: 13, width: 9, kernel: other.geometry.kernel, stride: other.geometry.stride)
      inputChannels = other.isImage ? other.inputChannels : 24
      channels = 40
      isImage = other.isImage
    }

    var inputs: Int { geometry.height * geometry.width }
    var inputFloats: Int { inputs * (isImage ? inputChannels : channelStride(inputChannels)) }
    var outputFloats: Int { geometry.outputs * channelStride(channels) }
    var products: Int { geometry.outputs * weights }
    var weights: Int { geometry.kernel * geometry.kernel * inputChannels * channels }
    var operation: StandardConvolution {
      StandardConvolution(
        geometry: geometry, inputChannels: inputChannels, channels: channels,
        inputStep: isImage ? inputChannels : channelStride(inputChannels))
    }
    var description: String {
      "\(geometry.inputText)×\(inputChannels)→\(channels) \(geometry.kernelText)"
    }

    /// Where the kernel reads the input, another copy each time.
    func input(_ x: [Double], _ operands: Operands) -> () -> UnsafeMutablePointer<Float> {
      if isImage {
        let image = operands.flat(x)
        return { image.start }
      }
      let rows = operands.tensor(.rows, x, channels: inputChannels)
      return { rows.start }
    }
  }

  private static func forward(_ name: String, _ shape: Shape) -> KernelCase {
    KernelCase(
      name, shape, small: Shape(smallerThan: shape), in: .memory, tolerance: tolerance,
      operations: 2 * shape.products, floats: shape.inputFloats + shape.outputFloats
    ) { shape, operands in
      let (x, weights) = (
        operands.random(shape.inputs * shape.inputChannels), operands.random(shape.weights)
      )
      let input = shape.input(x, operands)
      let operation = shape.operation
      let panels = operands.room(operation.panelsSize)
      operation.pack(operands.dense(weights), into: panels)
      let scratch = operands.room(operation.scratchSize)
      let y = operands.tensor(.planes, pixels: shape.geometry.outputs, channels: shape.channels)
      let moments = operands.payload(ChannelMoments.size(channels: shape.channels))
      return KernelCase.Trial(
        run: {
          operation.forward(
            input(), panels: panels, into: y.pixels, moments: moments, scratch: scratch)
        },
        outcome: {
          let expected = StandardConvolutionReference.forward(
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

  private static func weightGradient(_ name: String, _ shape: Shape) -> KernelCase {
    backward(name, shape, withInput: false)
  }

  private static func backward(
    _ name: String, _ shape: Shape, withInput: Bool = true
  ) -> KernelCase {
    KernelCase(
      name, shape, small: Shape(smallerThan: shape), in: .memory, tolerance: tolerance,
      operations: (withInput ? 4 : 2) * shape.products,
      floats: (withInput ? 2 : 1) * shape.inputFloats + 2 * shape.outputFloats
    ) { shape, operands in
      let count = shape.geometry.outputs * shape.channels
      let (x, weights) = (
        operands.random(shape.inputs * shape.inputChannels), operands.random(shape.weights)
      )
      let (dz, y) = (operands.random(count), operands.random(count))
      let input = shape.input(x, operands)
      let (gradient, output) = (
        operands.tensor(.planes, dz, channels: shape.channels),
        operands.tensor(.planes, y, channels: shape.channels)
      )
      let (coefficients, expected) = operands.inputGradient(shape.channels)
      let operation = shape.operation
      let panels = operands.room(operation.transposedPanelsSize)
      operation.packTransposed(operands.dense(weights), into: panels)
      let scratch = operands.room(operation.scratchSize)
      let dw = operands.room(shape.weights)
      let dx = operands.tensor(.rows, pixels: shape.inputs, channels: shape.inputChannels)
      return KernelCase.Trial(
        run: {
          operation.backward(
            .init(dz: gradient.pixels, y: output.pixels, coefficients), input(),
            into: withInput ? .init(panels: panels, dx: dx.start, isAdding: false) : nil,
            weightGradient: dw, isAdding: false, scratch: scratch)
        },
        outcome: {
          let dy = expected(dz, y, 1)
          let weightGradient = StandardConvolutionReference.weightGradient(
            dy, x, shape.geometry, inputChannels: shape.inputChannels, channels: shape.channels)
          guard withInput else { return [(values(dw, shape.weights), weightGradient)] }
          return [
            (values(dw, shape.weights), weightGradient),
            (
              dx.values,
              StandardConvolutionReference.inputGradient(
                dy, weights: weights, shape.geometry, inputChannels: shape.inputChannels,
                channels: shape.channels)
            ),
          ]
        })
    }
  }
}
