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
    keys.requireOne("training", of: ("epochs", epochs != nil), or: ("steps", steps != nil))
  }
}
