import Kernels
import Networks
import Tensors

/// B0 at 224 × 224 and V2-S at 300 × 300, whose shapes the cases have.
enum Baseline {
  static let architecture = Architecture(.b0)
  private static let second = Architecture(.v2s)

  /// A block of B0 by its name.
  static func block(_ name: String) -> Architecture.Block { block(name, of: architecture) }

  /// The k×k convolution of a fused block of V2-S.
  static func fused(_ name: String) -> Convolution { block(name, of: second).convolutions[0] }

  private static func block(_ name: String, of architecture: Architecture) -> Architecture.Block {
    guard let block = architecture.blocks.first(where: { $0.name == name }) else {
      preconditionFailure("there is no \(name)")
    }
    return block
  }
}

/// Pixels of a tile or an image.
struct PixelShape: CustomStringConvertible {
  let pixels, channels: Int

  /// The tile of a product.
  static func tile(_ channels: Int) -> PixelShape {
    PixelShape(pixels: PixelProduct.tileRows, channels: channels)
  }

  /// Odd in both sizes.
  static let small = PixelShape(pixels: 37, channels: 24)

  /// Real values, and floats with the padding.
  var values: Int { pixels * channels }
  var floats: Int { pixels * channelStride(channels) }
  var description: String { "\(pixels)×\(channels)" }
}

extension Operands {
  /// Scale and shift of a reader, for kernel and reference.
  func reader(
    _ channels: Int, _ activation: Activation
  ) -> (NormalizedActivation.Normalization, NormalizedActivationReference) {
    let (scale, shift) = (random(channels, scale: 4), random(channels))
    return (
      .init(scale: dense(scale), shift: dense(shift)),
      NormalizedActivationReference(scale: scale, shift: shift, activation)
    )
  }

  /// The coefficients of a batch normalisation's gradient, and that gradient itself.
  func inputGradient(
    _ channels: Int
  ) -> (
    BatchNormalization.GradientCoefficients,
    (_ dy: [Double], _ x: [Double], _ factor: Double) -> [Double]
  ) {
    let (a, b, c) = (random(channels), random(channels), random(channels))
    return (
      .init(a: dense(a), b: dense(b), c: dense(c)),
      { dy, x, factor in
        dy.indices.map { i in
          let channel = i % channels
          return a[channel] * factor * dy[i] + b[channel] * x[i] + c[channel]
        }
      }
    )
  }
}
