public import Kernels

extension Architecture {
  /// One of the repeated blocks of a stage.
  public struct Block: Sendable, Equatable {
    /// Keras' name, such as `block2b`.
    public let name: String
    /// The scaled row that it belongs to.
    public let stage: Stage
    /// Whose names its layers have.
    public let family: StageTable.Family
    /// Channels in.
    public let inputChannels: Int
    /// Sizes of the k×k convolution.
    public let geometry: ConvolutionGeometry
    /// Function behind every batch normalisation that is not a bottleneck's.
    public let activation: Activation
    /// Probability that training drops the branch of a skip block for an image.
    public let dropPath: Double

    /// Channels out.
    public var outputChannels: Int { stage.channels }
    /// Channels in the middle.
    public var expandedChannels: Int { inputChannels * stage.expansion }
    /// Width of the squeeze, from the block's *input* channels; nil without it.
    public var squeezedChannels: Int? { stage.squeezedChannels(ofInput: inputChannels) }
    /// Whether the input is added to the output.
    public var hasSkip: Bool {
      stage.hasShortcuts && geometry.stride == 1 && inputChannels == outputChannels
    }

    /// What the block is made of, in forward order.
    public var convolutions: [Convolution] {
      switch stage.kind {
      case .convolution: [wholeBlock]
      case .separable: [depthwise, projection]
      case .mbConv: [expansion, depthwise, projection]
      case .fusedMBConv: [fusedExpansion, projection]
      }
    }

    /// Keras calls the convolution of a block without projection by the projection's name.
    private var wholeBlock: Convolution {
      Convolution(
        .standard, "\(name)_project_conv", normalizedBy: "\(name)_project_bn",
        from: inputChannels, to: outputChannels, geometry, activation)
    }

    private var fusedExpansion: Convolution {
      Convolution(
        .standard, "\(name)_expand_conv", normalizedBy: "\(name)_expand_bn", from: inputChannels,
        to: expandedChannels, geometry, activation)
    }

    private var expansion: Convolution {
      Convolution(
        .pointwise, "\(name)_expand_conv", normalizedBy: "\(name)_expand_bn",
        from: inputChannels, to: expandedChannels,
        .pointwise(height: geometry.height, width: geometry.width), activation)
    }

    private var depthwise: Convolution {
      Convolution(
        .depthwise, "\(name)_\(family == .v1 ? "dwconv" : "dwconv2")", normalizedBy: "\(name)_bn",
        from: expandedChannels, to: expandedChannels, geometry, activation)
    }

    private var projection: Convolution {
      Convolution(
        .pointwise, "\(name)_project_conv", normalizedBy: "\(name)_project_bn",
        from: expandedChannels, to: outputChannels,
        .pointwise(height: geometry.outHeight, width: geometry.outWidth), .identity,
        gate: squeezedChannels.map { Convolution.Gate(name: "\(name)_se", squeezed: $0) })
    }
  }
}
