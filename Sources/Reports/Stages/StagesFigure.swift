/// Networks as rows of their stages, above each other: blocks side by side, as high as they have
/// channels, with every number as text.
package struct StagesFigure: Figure {
  /// What the blocks of a stage are made of.
  package enum Kind: String, CaseIterable, Sendable {
    case mbConv, fusedMBConv, separable, convolution

    /// What it is called.
    var name: String {
      switch self {
      case .mbConv: "MBConv"
      case .fusedMBConv: "Fused-MBConv"
      case .separable: "separable"
      case .convolution: "convolution"
      }
    }

    /// Whether the middle of a block is wider than its input.
    var isExpanding: Bool { self == .mbConv || self == .fusedMBConv }
  }

  /// Repeated blocks of one kind.
  package struct Stage: Sendable, Equatable {
    package var kind: Kind
    /// Side of the kernel.
    package var kernel: Int
    /// Stride of the first block.
    package var stride: Int
    /// Expanded channels over input channels.
    package var expansion: Int
    /// Output channels.
    package var channels: Int
    /// Blocks.
    package var repeats: Int
    /// Squeezed channels over input channels; 0 for no squeeze-and-excitation.
    package var squeezeRatio: Double

    package init(
      _ kind: Kind, kernel: Int, stride: Int = 1, expansion: Int = 1, channels: Int, repeats: Int,
      squeezeRatio: Double = 0
    ) {
      self.kind = kind
      self.kernel = kernel
      self.stride = stride
      self.expansion = expansion
      self.channels = channels
      self.repeats = repeats
      self.squeezeRatio = squeezeRatio
    }
  }

  /// A network.
  package struct Network: Sendable {
    package var name: String
    /// Image size and counts in a line.
    package var note: String
    package var stages: [Stage]

    package init(_ name: String, note: String = "", _ stages: [Stage]) {
      self.name = name
      self.note = note
      self.stages = stages
    }
  }

  package var title: String
  /// One, or several of which numbers that are not those of the last one stand out.
  package var networks: [Network]

  package init(_ title: String, _ networks: [Network]) {
    self.title = title
    self.networks = networks
  }
}
