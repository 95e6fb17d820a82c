import Kernels

/// A convolution and the batch normalisation behind it: what networks are made of.
public struct Convolution: Sendable, Equatable {
  /// Which inputs an output sees.
  public enum Kind: Sendable {
    /// All channels of k×k pixels.
    case standard
    /// All channels of a pixel.
    case pointwise
    /// One channel of k×k pixels.
    case depthwise
  }

  /// Which inputs an output sees.
  public let kind: Kind
  /// Keras' names of the convolution, such as `block2b_expand_conv`, and of its batch
  /// normalisation.
  public let name, normalizationName: String
  /// Channels in and out; equal for a depthwise one.
  public let inputChannels, channels: Int
  /// Sizes of input, kernel and output.
  public let geometry: ConvolutionGeometry
  /// Function behind the batch normalisation.
  public let activation: Activation
  /// The gate that its input passes; nil without.
  public let gate: Gate?

  /// Squeeze-and-excitation.
  public struct Gate: Sendable, Equatable {
    /// Beginning of Keras' names of its two layers, such as `block2b_se`.
    public let name: String
    /// Width of the squeeze.
    public let squeezed: Int
  }

  init(
    _ kind: Kind, _ name: String, normalizedBy normalizationName: String, from inputChannels: Int,
    to channels: Int, _ geometry: ConvolutionGeometry, _ activation: Activation, gate: Gate? = nil
  ) {
    self.kind = kind
    self.name = name
    self.normalizationName = normalizationName
    self.inputChannels = inputChannels
    self.channels = channels
    self.geometry = geometry
    self.activation = activation
    self.gate = gate
  }

  /// Values that make up an output.
  private var inputsOfAnOutput: Int {
    let taps = geometry.kernel * geometry.kernel
    return kind == .depthwise ? taps : taps * inputChannels
  }

  /// Multiply-adds of an image, without its gate's.
  var products: Int { geometry.outputs * inputsOfAnOutput * channels }

  /// Multiply-adds of an image, with its gate's.
  public var multiplyAdds: Int { products + 2 * (gate?.squeezed ?? 0) * inputChannels }

  /// Dimensions of the kernel in Keras' order.
  var kernelShape: [Int] {
    let k = geometry.kernel
    return kind == .depthwise ? [k, k, channels, 1] : [k, k, inputChannels, channels]
  }
}

extension ConvolutionGeometry {
  /// Every pixel by itself.
  static func pointwise(height: Int, width: Int) -> ConvolutionGeometry {
    ConvolutionGeometry(height: height, width: width, kernel: 1, stride: 1)
  }

  /// Input pixels.
  var inputs: Int { height * width }
}
