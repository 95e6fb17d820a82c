/// Section `training`: length of the run, loss, and reports.
public struct TrainingConfiguration: Sendable, Equatable {
  /// What happens at a step whose loss or gradient is not finite, or whose loss is above
  /// ``largestLoss``.
  public enum BadStep: String, CaseIterable, Sendable, ConfigurationWord {
    /// The run ends; nothing of the step is kept.
    case stop
    /// Nothing of the step is kept, and the next one is taken; after ten in a row the run ends.
    case skip
  }

  /// Passes over the training data; exactly one of this and `steps` is given.
  public internal(set) var epochs: Int?
  /// Optimizer steps; exactly one of this and `epochs` is given.
  public internal(set) var steps: Int?
  /// Seed of all random numbers. Default 1.
  public internal(set) var seed = 1
  /// Share of the target that is spread over all classes. Default 0.1 (official recipe).
  public internal(set) var labelSmoothing = 0.1
  /// Epochs between evaluations; 0 for one at the end. Default 1.
  public internal(set) var evaluateEveryEpochs = 1
  /// Steps between lines of the log. Default 50.
  public internal(set) var logEverySteps = 50
  /// Largest Euclidean norm of the whole gradient. Default none, as in the official recipe.
  public internal(set) var clipNorm: Double?
  /// What happens at a bad step. Default `stop`.
  public internal(set) var badStep = BadStep.stop
  /// Mean loss of a batch above which a step is bad. Default none.
  public internal(set) var largestLoss: Double?
  /// Steps between proofs that all ranks hold the same bits, which are also made before each
  /// checkpoint; 0 for none at all. Default 500.
  public internal(set) var replicaCheckEverySteps = 500

  /// Stages of progressive learning, each of as many steps (arXiv:2104.00298, algorithm 1): from
  /// the first to the last, resolution, dropout and augmentation grow by equal amounts from the
  /// values below to those of the sections `network` and `data`. Default 1, off; the official
  /// recipe of V2 has 4.
  public internal(set) var progressiveStages = 1
  /// Resolution of the first stage. Default 128 (official recipe of V2).
  public internal(set) var firstResolution = 128
  /// `network.dropout` of the first stage. Default 0.1 (arXiv:2104.00298, table 6).
  public internal(set) var firstDropout = 0.1
  /// `data.policyMagnitude` of the first stage. Default 5 (ditto).
  public internal(set) var firstMagnitude = 5.0
  /// `data.mixup` of the first stage. Default 0 (ditto).
  public internal(set) var firstMixup = 0.0
  /// `data.cutmix` of the first stage. Default 0 (official code of V2).
  public internal(set) var firstCutmix = 0.0

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.optional("epochs", &epochs, .closed(1, 1e6))
    keys.optional("steps", &steps, .closed(1, 1e12))
    keys.value("seed", &seed, .whole(0...Int.max))
    keys.value("labelSmoothing", &labelSmoothing, .halfOpen(0, 1))
    keys.value("evaluateEveryEpochs", &evaluateEveryEpochs, .closed(0, 1e6))
    keys.value("logEverySteps", &logEverySteps, .closed(1, 1e12))
    keys.optional("clipNorm", &clipNorm, .closed(1e-12, 1e12))
    keys.value("badStep", &badStep)
    keys.optional("largestLoss", &largestLoss, .closed(1e-12, 1e12))
    keys.value("replicaCheckEverySteps", &replicaCheckEverySteps, .closed(0, 1e12))
    keys.value("progressiveStages", &progressiveStages, .closed(1, 100))
    keys.only(
      "with training.progressiveStages above 1", given: "progressiveStages", progressiveStages > 1
    ) {
      keys.value("firstResolution", &firstResolution, NetworkConfiguration.sides)
      keys.value("firstDropout", &firstDropout, .halfOpen(0, 1))
      keys.value("firstMagnitude", &firstMagnitude, .closed(0, 30))
      keys.value("firstMixup", &firstMixup, .zeroOr(0.001, 1_000))
      keys.value("firstCutmix", &firstCutmix, .zeroOr(0.001, 1_000))
    }
    keys.requireOne("training", of: ("epochs", epochs != nil), or: ("steps", steps != nil))
  }
}
