/// A row of the stage table: repeated blocks of one kind.
public struct Stage: Sendable, Equatable {
  /// What its blocks are made of.
  public enum Kind: String, CaseIterable, Sendable {
    /// A k×k convolution alone.
    case convolution = "cn"
    /// MBConv without an expansion: depthwise convolution and projection.
    case separable = "ds"
    /// MBConv: expansion, depthwise convolution, projection.
    case mbConv = "ir"
    /// Fused MBConv: a k×k convolution that expands, and a projection.
    case fusedMBConv = "er"

    /// Whether the middle of a block is wider than its input.
    public var isExpanding: Bool { self == .mbConv || self == .fusedMBConv }
    /// Whether a row of this kind has short cuts unless it says otherwise.
    public var usuallyHasShortcuts: Bool { self != .convolution }
  }

  /// What its blocks are made of.
  public var kind: Kind
  /// Side of the k×k kernel: 3 or 5.
  public var kernel: Int
  /// Stride of the first block; the others have 1.
  public var stride: Int
  /// Expanded channels over input channels; 1 for kinds without an expansion.
  public var expansion: Int
  /// Output channels.
  public var channels: Int
  /// Squeezed channels over the *input* channels of a block; 0 for no squeeze-and-excitation.
  public var squeezeRatio: Double
  /// Blocks.
  public var repeats: Int
  /// Whether a block's input is added to its output where both have the same shape.
  public var hasShortcuts: Bool

  /// Describes a stage.
  public init(
    _ kind: Kind, kernel: Int, stride: Int, expansion: Int = 1, channels: Int, repeats: Int,
    squeezeRatio: Double = 0, hasShortcuts: Bool = true
  ) {
    self.kind = kind
    self.kernel = kernel
    self.stride = stride
    self.expansion = expansion
    self.channels = channels
    self.repeats = repeats
    self.squeezeRatio = squeezeRatio
    self.hasShortcuts = hasShortcuts
  }
}
