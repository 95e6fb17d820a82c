public import Networks

/// Section `network`: the variant, its scaling, and its regularisation.
///
/// Defaults are those of the official EfficientNet (github.com/tensorflow/tpu).
public struct NetworkConfiguration: Sendable, Equatable {
  /// Variant whose table and coefficients are used. Default `b0`.
  public internal(set) var model = Variant.b0
  /// Rows of a table of one's own, instead of the variant's, in timm's notation, such as
  /// `ir_r2_k5_s2_e6_c40_se0.25`, see `Stage`. A `model` in a later file does not change them; null
  /// takes them back, as it does `stem` and `head`.
  public internal(set) var stages: StageList?
  /// Output channels of the first convolution at width 1, instead of the variant's.
  public internal(set) var stem: Int?
  /// Output channels of the last convolution at width 1, instead of the variant's.
  public internal(set) var head: Int?
  /// Factor of all channel counts, instead of the variant's.
  public internal(set) var width: Double?
  /// Factor of all block repeats, instead of the variant's.
  public internal(set) var depth: Double?
  /// Exponent φ of compound scaling from B0 or V2-B0, instead of `width` and `depth`: depth
  /// `alpha^φ`, width `beta^φ`, and resolution `gamma^φ` times the variant's unless `resolution` is
  /// given.
  public internal(set) var phi: Double?
  /// Base of the depth. Default 1.2 (arXiv:1905.11946, section 3.3).
  public internal(set) var alpha = 1.2
  /// Base of the width. Default 1.1 (ditto).
  public internal(set) var beta = 1.1
  /// Base of the resolution. Default 1.15 (ditto).
  public internal(set) var gamma = 1.15
  /// Side of the square input, in pixels, instead of the variant's.
  public internal(set) var resolution: Int?
  /// Side of the square input in evaluation, in pixels, instead of that in training. The official
  /// recipe of the second family has larger ones. With `data.fit: pad`, an image that fits into the
  /// square of training keeps its size and gets wider margins, which the network has not met.
  public internal(set) var evaluationResolution: Int?
  /// Number of classes, instead of the data's.
  public internal(set) var classes: Int?
  /// Channels of the input. Default 3, colour images.
  public internal(set) var inputChannels = 3
  /// Stride of the first convolution: 2, or 1 for small images. Default 2.
  public internal(set) var stemStride = 2
  /// Probability of dropping a unit before the classifier, instead of the variant's.
  public internal(set) var dropout: Double?
  /// Probability of dropping the last residual branch; earlier ones proportionally less. Default
  /// 0.2, that of every official variant.
  public internal(set) var dropPath = 0.2
  /// ε added to the variance. Default 0.001 (official code).
  public internal(set) var batchNormEpsilon = 1e-3
  /// Share of the old value in the running statistics, instead of the variant's: 0.99, or 0.9 of
  /// the second family (official code).
  public internal(set) var batchNormMomentum: Double?
  /// Images that share batch-norm statistics: 0 for the whole batch, or `batch.microBatch` times a
  /// power of two. Default 0.
  public internal(set) var batchNormGroup = 0

  /// Whether compound scaling leaves width, depth and resolution within what can be given for them.
  var isScaledWithinBounds: Bool {
    guard let phi else { return true }
    let scaled = CompoundScaling(alpha: alpha, beta: beta, gamma: gamma)
      .coefficients(phi: phi, baseResolution: model.released.coefficients.resolution)
    return Self.factors.contains(scaled.depth) && Self.factors.contains(scaled.width)
      && (resolution != nil || Self.sides.contains(scaled.resolution))
  }

  /// Side of the input, scaled.
  var finalResolution: Int { Architecture(self, classes: 1).resolution }

  /// Rows of the table, before it is scaled.
  private var rows: [Stage] { stages?.stages ?? model.released.table.stages }
  var stageCount: Int { rows.count }

  /// Whether the network is as deep as a computer can bear: the blocks of all rows, scaled.
  private var hasFewBlocks: Bool {
    let repeats = rows.reduce(0) { $0 + $1.repeats }
    return !isScaledWithinBounds || Double(repeats) * coefficients.depth <= Double(Self.mostBlocks)
  }

  /// Whether a network can be described at all, which it must not be before its blocks are few.
  private var isBearable: Bool {
    guard isScaledWithinBounds && hasFewBlocks else { return true }
    var architecture = Architecture(self, classes: 1)
    architecture.resolution = max(architecture.resolution, evaluationResolution ?? 0)
    return architecture.isBearable
  }

  private static let mostBlocks = 10_000
  private static let channels = AllowedRange.closed(1, 65_536)
  private static let factors = AllowedRange.closed(0.01, 100)
  static let sides = AllowedRange.closed(8, 2048)

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.value("model", &model)
    keys.optional("stages", &stages, .any)
    keys.optional("stem", &stem, Self.channels)
    keys.optional("head", &head, Self.channels)
    keys.optional("phi", &phi, .closed(-10, 10))
    keys.only("without network.phi", given: "phi", phi == nil) {
      keys.optional("width", &width, Self.factors)
      keys.optional("depth", &depth, Self.factors)
    }
    keys.only("with network.phi", given: "phi", phi != nil) {
      keys.value("alpha", &alpha, .closed(1, 10))
      keys.value("beta", &beta, .closed(1, 10))
      keys.value("gamma", &gamma, .closed(1, 10))
    }
    keys.optional("resolution", &resolution, Self.sides)
    keys.optional("evaluationResolution", &evaluationResolution, Self.sides)
    keys.optional("classes", &classes, .closed(1, 1_000_000))
    keys.value("inputChannels", &inputChannels, .closed(1, 1_024))
    keys.value("stemStride", &stemStride, .closed(1, 2))
    keys.optional("dropout", &dropout, .halfOpen(0, 1))
    keys.value("dropPath", &dropPath, .halfOpen(0, 1))
    keys.value("batchNormEpsilon", &batchNormEpsilon, .closed(1e-12, 1_000))
    keys.optional("batchNormMomentum", &batchNormMomentum, .halfOpen(0, 1))
    keys.value("batchNormGroup", &batchNormGroup, .closed(0, 1_048_576))
    keys.require(
      phi == nil || model == .b0 || model == .v2b0, "network", "phi",
      "scales from b0 or v2-b0, but network.model is \(model.rawValue); leave one of the two out")
    if let phi {
      keys.require(
        isScaledWithinBounds, "network", "phi",
        "\(phi) with alpha \(alpha), beta \(beta) and gamma \(gamma) scales too far; allowed: depth "
          + "and width times 0.01 to 100, and a resolution of 8 to 2048")
    }
    let subject = stages == nil ? "model" : "stages"
    keys.require(
      hasFewBlocks, "network", subject, "has more than \(Self.mostBlocks) blocks when scaled")
    keys.require(
      isBearable, "network", subject, "makes a larger network than any; \(Architecture.largest)")
  }
}

extension Variant: ConfigurationWord {}
