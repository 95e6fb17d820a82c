import Kernels

/// Everything that decides the shape of a network and its arithmetic, but none of its weights.
public struct Architecture: Sendable, Equatable {
  /// Output channels of the stem.
  public var stemChannels: Int
  /// The scaled stage table.
  public var stages: [Stage]
  /// Channels of the last 1×1 convolution.
  public var headChannels: Int
  /// Side of the input in pixels.
  public var resolution: Int
  /// Channels of the input.
  public var inputChannels = 3
  /// Outputs of the classifier.
  public var classes = 1000
  /// Stride of the stem: 2, or 1 for small pictures.
  public var stemStride = 2
  /// Squeezed channels over the *input* channels of a block; 0 for no squeeze-and-excitation.
  public var squeezeRatio = 0.25
  /// Function behind every batch normalisation that is not a bottleneck's.
  public var activation = Activation.swish
  /// Share of the head's units dropped in training.
  public var dropout = 0.2
  /// Stochastic depth: block i of n drops its branch with probability `dropPath·i/n`.
  public var dropPath = 0.2
  /// ε of batch normalisation, as in the TensorFlow release.
  public var batchNormEpsilon = 1e-3
  /// Share of the old value in a running statistic's update, as in the TensorFlow release.
  public var batchNormMomentum = 0.99

  /// A released variant at its own resolution.
  public init(_ variant: Variant) {
    self.init(variant.released.coefficients, isLite: variant.isLite)
    dropout = variant.released.dropout
  }

  /// The baseline scaled by any coefficients.
  ///
  /// - Parameter isLite: ReLU6, no squeeze-and-excitation, stem, head and the repeats of the first
  ///   and the last stage not scaled.
  public init(_ coefficients: Coefficients, isLite: Bool = false) {
    let table = Stage.baseline
    stages = table.enumerated().map { index, row in
      var stage = row
      stage.channels = coefficients.scaledChannels(row.channels)
      let isFixed = isLite && (index == 0 || index == table.count - 1)
      stage.repeats = isFixed ? row.repeats : coefficients.scaledRepeats(row.repeats)
      return stage
    }
    stemChannels =
      isLite ? Stage.stemChannels : coefficients.scaledChannels(Stage.stemChannels)
    headChannels =
      isLite ? Stage.headChannels : coefficients.scaledChannels(Stage.headChannels)
    resolution = coefficients.resolution
    if isLite {
      activation = .relu6
      squeezeRatio = 0
    }
  }

  /// Sizes of the stem's 3×3 convolution.
  public var stemGeometry: ConvolutionGeometry {
    ConvolutionGeometry(height: resolution, width: resolution, kernel: 3, stride: stemStride)
  }

  /// All blocks in forward order.
  public var blocks: [Block] {
    var result: [Block] = []
    var channels = stemChannels
    var side = stemGeometry.outHeight
    let count = stages.reduce(0) { $0 + $1.repeats }
    for (stageIndex, stage) in stages.enumerated() {
      for position in 0..<stage.repeats {
        let block = Block(
          name: "block\(stageIndex + 1)\(Self.letter(position))",
          inputChannels: channels,
          expandedChannels: channels * stage.expansion,
          outputChannels: stage.channels,
          squeezedChannels: squeezeRatio > 0
            ? max(1, Int(Double(channels) * squeezeRatio)) : nil,
          geometry: ConvolutionGeometry(
            height: side, width: side, kernel: stage.kernel,
            stride: position == 0 ? stage.stride : 1),
          activation: activation, dropPath: dropPath * Double(result.count) / Double(count))
        result.append(block)
        channels = stage.channels
        side = block.geometry.outHeight
      }
    }
    return result
  }

  /// a, b … z, then aa, ab …: the letter of a repeat in Keras' layer names.
  private static func letter(_ position: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    let last = String(letters[position % letters.count])
    return position < letters.count ? last : letter(position / letters.count - 1) + last
  }

  /// One MBConv block.
  public struct Block: Sendable, Equatable {
    /// Keras' name, such as `block2b`.
    public let name: String
    /// Channels in, between, and out.
    public let inputChannels, expandedChannels, outputChannels: Int
    /// Width of the squeeze, from the block's *input* channels; nil without it.
    public let squeezedChannels: Int?
    /// Sizes of the depthwise convolution.
    public let geometry: ConvolutionGeometry
    /// Function behind every batch normalisation but the last.
    public let activation: Activation
    /// Probability that training drops the branch of a skip block for an image.
    public let dropPath: Double

    /// Whether there is a 1×1 expansion.
    public var isExpanding: Bool { expandedChannels != inputChannels }
    /// Whether the input is added to the output.
    public var hasSkip: Bool { geometry.stride == 1 && inputChannels == outputChannels }

    /// What the block is made of, in forward order.
    public var convolutions: [Convolution] {
      var result: [Convolution] = []
      if isExpanding {
        result.append(
          Convolution(
            .pointwise, "\(name)_expand_conv", normalizedBy: "\(name)_expand_bn",
            from: inputChannels, to: expandedChannels,
            .pointwise(height: geometry.height, width: geometry.width), activation))
      }
      result.append(
        Convolution(
          .depthwise, "\(name)_dwconv", normalizedBy: "\(name)_bn", from: expandedChannels,
          to: expandedChannels, geometry, activation))
      result.append(
        Convolution(
          .pointwise, "\(name)_project_conv", normalizedBy: "\(name)_project_bn",
          from: expandedChannels, to: outputChannels,
          .pointwise(height: geometry.outHeight, width: geometry.outWidth), .identity,
          gate: squeezedChannels.map { Convolution.Gate(name: "\(name)_se", squeezed: $0) }))
      return result
    }
  }

  /// The first convolution.
  public var stem: Convolution {
    Convolution(
      .full, "stem_conv", normalizedBy: "stem_bn", from: inputChannels, to: stemChannels,
      stemGeometry, activation)
  }

  /// The last convolution.
  public var head: Convolution {
    let last = blocks[blocks.count - 1]
    return Convolution(
      .pointwise, "top_conv", normalizedBy: "top_bn", from: last.outputChannels, to: headChannels,
      .pointwise(height: last.geometry.outHeight, width: last.geometry.outWidth), activation)
  }

  /// Multiply-adds of one image: all convolutions, squeeze-and-excitation and the classifier.
  public var multiplyAdds: Int {
    let convolutions = [stem] + blocks.flatMap(\.convolutions) + [head]
    return convolutions.reduce(headChannels * classes) { $0 + $1.multiplyAdds }
  }
}
