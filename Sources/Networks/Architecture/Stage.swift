/// A row of the stage table: repeated MBConv blocks of one kind.
public struct Stage: Sendable, Equatable {
  /// Side of the depthwise kernel.
  public var kernel: Int
  /// Stride of the first block; the others have 1.
  public var stride: Int
  /// Expanded channels over input channels.
  public var expansion: Int
  /// Output channels.
  public var channels: Int
  /// Blocks.
  public var repeats: Int

  /// Describes a stage.
  public init(kernel: Int, stride: Int, expansion: Int, channels: Int, repeats: Int) {
    self.kernel = kernel
    self.stride = stride
    self.expansion = expansion
    self.channels = channels
    self.repeats = repeats
  }

  /// The seven stages of EfficientNet-B0 (Tan & Le 2019, arXiv:1905.11946, table 1, with the stride
  /// positions of the released code).
  public static let baseline = [
    Stage(kernel: 3, stride: 1, expansion: 1, channels: 16, repeats: 1),
    Stage(kernel: 3, stride: 2, expansion: 6, channels: 24, repeats: 2),
    Stage(kernel: 5, stride: 2, expansion: 6, channels: 40, repeats: 2),
    Stage(kernel: 3, stride: 2, expansion: 6, channels: 80, repeats: 3),
    Stage(kernel: 5, stride: 1, expansion: 6, channels: 112, repeats: 3),
    Stage(kernel: 5, stride: 2, expansion: 6, channels: 192, repeats: 4),
    Stage(kernel: 3, stride: 1, expansion: 6, channels: 320, repeats: 1),
  ]

  /// Channels of the stem at width 1.
  public static let stemChannels = 32
  /// Channels of the head at width 1.
  public static let headChannels = 1280
}
