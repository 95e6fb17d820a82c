/// Section `schedule`: the learning rate over the run; ``LearningRateSchedule`` has the formulae.
///
/// Defaults are those of the official EfficientNet recipe (github.com/tensorflow/tpu).
public struct ScheduleConfiguration: Sendable, Equatable {
  /// The curve after the warm-up.
  public enum Kind: String, CaseIterable, Sendable, ConfigurationWord {
    /// The peak for ever.
    case constant
    /// Half a cosine from the peak to `endLearningRate`.
    case cosine
    /// A staircase of factors `decayRate`.
    case exponential
    /// A power of the time that is left, from the peak to `endLearningRate`.
    case polynomial
  }

  /// The curve after the warm-up. Default `exponential`.
  public internal(set) var kind = Kind.exponential
  /// Peak for the global batch; exactly one of this and `learningRatePer256` is given.
  public internal(set) var learningRate: Double?
  /// Peak for 256 images, to be scaled by `batch.size / 256`; exactly one of this and
  /// `learningRate` is given. The official recipe has 0.016.
  public internal(set) var learningRatePer256: Double?
  /// Epochs in which the rate climbs from 0 to the peak; fractions are allowed. Default 0.
  public internal(set) var warmupEpochs = 0.0
  /// Factor of one stair; only `exponential`. Default 0.97.
  public internal(set) var decayRate = 0.97
  /// Epochs of one stair; only `exponential`. Default 2.4.
  public internal(set) var decayEpochs = 2.4
  /// Exponent; only `polynomial`. Default 2.
  public internal(set) var power = 2.0
  /// Rate at the end. Default 0.1 for `polynomial`, an absolute rate (the official large-batch
  /// recipe, arXiv:2011.00071), and 0 for `cosine`.
  public internal(set) var endLearningRate = 0.0

  /// Peak of the learning rate for a global batch of `batchSize` images.
  public func peakLearningRate(batchSize: Int) -> Double {
    learningRate ?? (learningRatePer256 ?? 0) * Double(batchSize) / 256
  }

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.value("kind", &kind)
    keys.optional("learningRate", &learningRate, .closed(1e-12, 1e30))
    keys.optional("learningRatePer256", &learningRatePer256, .closed(1e-12, 1e30))
    keys.value("warmupEpochs", &warmupEpochs, .closed(0, 1e6))
    keys.only("with schedule.kind cosine", given: "kind", kind == .cosine) {
      keys.value("endLearningRate", &endLearningRate, .zeroOr(1e-30, 1e30), default: 0)
    }
    keys.only("with schedule.kind exponential", given: "kind", kind == .exponential) {
      keys.value("decayRate", &decayRate, .closed(0, 1))
      keys.value("decayEpochs", &decayEpochs, .closed(1e-6, 1e6))
    }
    keys.only("with schedule.kind polynomial", given: "kind", kind == .polynomial) {
      keys.value("power", &power, .closed(0.001, 1_000))
      keys.value("endLearningRate", &endLearningRate, .zeroOr(1e-30, 1e30), default: 0.1)
    }
    keys.requireOne(
      "schedule", of: ("learningRate", learningRate != nil),
      or: ("learningRatePer256", learningRatePer256 != nil))
  }
}
