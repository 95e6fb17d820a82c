import Kernels
import Tensors

/// Random operands of a depthwise convolution with their references, and ways to run it.
struct DepthwiseCase {
  let geometry: ConvolutionGeometry
  let channels: Int
  let activation: Activation
  /// Weights `[k, k, C]`; scale and shift of the input's reader; mean and inverse deviation of its
  /// batch normalisation.
  let weights, scale, shift, mean, inverseDeviation: [Double]
  /// Gradient behind the output, its raw values `[H′·W′, C]`, and the coefficients a, b, c.
  let dz, raw: [Double]
  let coefficients: [[Double]]

  init(_ geometry: ConvolutionGeometry, channels: Int, _ activation: Activation) {
    self.geometry = geometry
    self.channels = channels
    self.activation = activation
    weights = randomValues(geometry.kernel * geometry.kernel * channels, seed: 2)
    // Wide enough to meet both corners of ReLU6.
    scale = randomValues(channels, seed: 3, scale: 8)
    shift = randomValues(channels, seed: 4)
    mean = randomValues(channels, seed: 5)
    inverseDeviation = randomValues(channels, seed: 6)
    dz = randomValues(geometry.outputs * channels, seed: 7)
    raw = randomValues(geometry.outputs * channels, seed: 8)
    coefficients = (9...11).map { randomValues(channels, seed: $0) }
  }

  var inputs: Int { geometry.height * geometry.width }
  var label: String { "\(geometry) C \(channels) \(activation)" }
  var reader: NormalizedActivationReference { .init(scale: scale, shift: shift, activation) }

  /// The gradient of the raw output.
  var dy: [Double] {
    dz.indices.map { i in
      let c = i % channels
      return coefficients[0][c] * dz[i] + coefficients[1][c] * raw[i] + coefficients[2][c]
    }
  }

  /// Sizes of scratch planes: for all rows at once, for one row, and for three, as far as possible.
  var bandSizes: [Int] {
    let row = ((geometry.outWidth - 1) * geometry.stride + geometry.kernel) * geometry.stride * 64
    return [1 << 30, 1, 3 * row]
  }

  func convolution(bandBytes: Int) -> DepthwiseConvolution {
    DepthwiseConvolution(
      geometry: geometry, channels: channels, bandBytes: bandBytes)
  }

  var normalization: NormalizedActivation.Normalization {
    .init(scale: vector(scale), shift: vector(shift))
  }

  /// What is read of a stored input.
  func normalized(_ x: Pixels) -> NormalizedPixels { .init(x, normalization, activation) }

  var outputGradient: DepthwiseConvolution.OutputGradient {
    let pixels = [dz, raw].map { Layout.planes.pixels($0, channels: channels) }
    let c = coefficients.map(vector)
    return .init(dz: pixels[0].start, y: pixels[1].start, .init(a: c[0], b: c[1], c: c[2]))
  }

  /// Every combination of sizes, kernel, stride and channels, and the activations in turn.
  static func forEach(channels: [Int], _ body: (DepthwiseCase) -> Void) {
    let sizes = [
      (1, 1), (1, 2), (2, 1), (2, 3), (3, 2), (4, 4), (5, 9), (7, 7), (11, 6), (13, 17), (16, 20),
      (9, 33),
    ]
    let activations: [Activation] = [.swish, .relu6, .identity]
    var index = 0
    for (height, width) in sizes {
      for kernel in [3, 5] {
        for stride in [1, 2] {
          for count in channels {
            let geometry = ConvolutionGeometry(
              height: height, width: width, kernel: kernel, stride: stride)
            body(DepthwiseCase(geometry, channels: count, activations[index % 3]))
            releaseBuffers()
            index += 1
          }
        }
      }
    }
  }
}
