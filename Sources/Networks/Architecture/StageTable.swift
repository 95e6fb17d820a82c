public import Kernels

/// A network before it is scaled: the channels of stem and head, and the stages between them.
public struct StageTable: Sendable, Equatable {
  /// Which of the two papers a table follows, in names and in roundings.
  public enum Family: String, Sendable {
    /// EfficientNet (arXiv:1905.11946).
    case v1
    /// EfficientNetV2 (arXiv:2104.00298).
    case v2
  }

  /// Which of the two papers it follows.
  public var family: Family
  /// Output channels of the first and of the last convolution.
  public var stem, head: Int
  /// Its rows.
  public var stages: [Stage]
  /// Function behind every batch normalisation that is not a bottleneck's.
  public var activation = Activation.swish
  /// Whether stem and head, and the repeats of the first and the last stage, are scaled.
  public var scalesEnds = true

  /// Describes a network.
  public init(_ family: Family, stem: Int, head: Int, _ stages: [Stage]) {
    self.family = family
    self.stem = stem
    self.head = head
    self.stages = stages
  }

  /// EfficientNet-B0 (Tan & Le 2019, arXiv:1905.11946, table 1, with the stride positions of the
  /// released code).
  public static let v1 = StageTable(
    .v1, stem: 32, head: 1280,
    [
      Stage(.separable, kernel: 3, stride: 1, channels: 16, repeats: 1, squeezeRatio: 0.25),
      Stage(
        .mbConv, kernel: 3, stride: 2, expansion: 6, channels: 24, repeats: 2, squeezeRatio: 0.25),
      Stage(
        .mbConv, kernel: 5, stride: 2, expansion: 6, channels: 40, repeats: 2, squeezeRatio: 0.25),
      Stage(
        .mbConv, kernel: 3, stride: 2, expansion: 6, channels: 80, repeats: 3, squeezeRatio: 0.25),
      Stage(
        .mbConv, kernel: 5, stride: 1, expansion: 6, channels: 112, repeats: 3, squeezeRatio: 0.25),
      Stage(
        .mbConv, kernel: 5, stride: 2, expansion: 6, channels: 192, repeats: 4, squeezeRatio: 0.25),
      Stage(
        .mbConv, kernel: 3, stride: 1, expansion: 6, channels: 320, repeats: 1, squeezeRatio: 0.25),
    ])

  /// EfficientNet-Lite0: that of B0 with ReLU6 and without squeeze-and-excitation, its ends not
  /// scaled.
  public static let lite = {
    var table = v1
    table.activation = .relu6
    table.scalesEnds = false
    for index in table.stages.indices { table.stages[index].squeezeRatio = 0 }
    return table
  }()

  /// A table of EfficientNetV2: the first stage, fused ones, and those of MBConv.
  private static func v2(
    stem: Int, _ first: (repeats: Int, channels: Int),
    fused: [(repeats: Int, channels: Int)],
    mbConv: [(repeats: Int, stride: Int, expansion: Int, channels: Int)]
  ) -> StageTable {
    StageTable(
      .v2, stem: stem, head: 1280,
      [
        Stage(
          .convolution, kernel: 3, stride: 1, channels: first.channels, repeats: first.repeats)
      ]
        + fused.map {
          Stage(
            .fusedMBConv, kernel: 3, stride: 2, expansion: 4, channels: $0.channels,
            repeats: $0.repeats)
        }
        + mbConv.map {
          Stage(
            .mbConv, kernel: 3, stride: $0.stride, expansion: $0.expansion, channels: $0.channels,
            repeats: $0.repeats, squeezeRatio: 0.25)
        })
  }

  /// The base of EfficientNetV2-B0 to B3, and EfficientNetV2-S, M and L (Tan & Le 2021,
  /// arXiv:2104.00298, table 4, and the released `effnetv2_configs.py` of google/automl).
  public static let v2Base = v2(
    stem: 32, (1, 16), fused: [(2, 32), (2, 48)],
    mbConv: [(3, 2, 4, 96), (5, 1, 6, 112), (8, 2, 6, 192)])
  /// See ``v2Base``.
  public static let v2Small = v2(
    stem: 24, (2, 24), fused: [(4, 48), (4, 64)],
    mbConv: [(6, 2, 4, 128), (9, 1, 6, 160), (15, 2, 6, 256)])
  /// See ``v2Base``.
  public static let v2Medium = v2(
    stem: 24, (3, 24), fused: [(5, 48), (5, 80)],
    mbConv: [(7, 2, 4, 160), (14, 1, 6, 176), (18, 2, 6, 304), (5, 1, 6, 512)])
  /// See ``v2Base``.
  public static let v2Large = v2(
    stem: 32, (4, 32), fused: [(7, 64), (7, 96)],
    mbConv: [(10, 2, 4, 192), (19, 1, 6, 224), (25, 2, 6, 384), (7, 1, 6, 640)])
}
