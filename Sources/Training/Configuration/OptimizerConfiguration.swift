/// Section `optimizer`: how gradients change the parameters.
///
/// Defaults are those of the official EfficientNet recipe (github.com/tensorflow/tpu).
public struct OptimizerConfiguration: Sendable, Equatable {
  /// The rule of the update.
  public enum Kind: String, CaseIterable, Sendable, ConfigurationWord {
    /// TensorFlow's RMSProp: ε inside the root, learning rate inside the momentum.
    case rmsprop
    /// Stochastic gradient descent with momentum.
    case sgd
    /// Stochastic gradient descent with a rate for each tensor in proportion to its norm, for large
    /// batches.
    case lars
  }

  /// The rule of the update. Default `rmsprop`.
  public internal(set) var kind = Kind.rmsprop
  /// Share of the last update in the next. Default 0.9.
  public internal(set) var momentum = 0.9
  /// Share of the old value in the mean square, ρ; only `rmsprop`. Default 0.9.
  public internal(set) var decay = 0.9
  /// ε added to the mean square of `rmsprop`, default 0.001, or to the norm of the gradient of
  /// `lars`, default 0.
  public internal(set) var epsilon = 0.001
  /// Whether the momentum looks ahead; only `sgd` and `lars`. Default false.
  public internal(set) var nesterov = false
  /// Size of a step relative to the norm of its tensor, η; only `lars`. Default 0.001.
  public internal(set) var trustCoefficient = 0.001
  /// Factor of the parameters that is added to the gradient; not of batch normalisation, and with
  /// `lars` not of biases either. Default 1e-5.
  public internal(set) var weightDecay = 1e-5

  /// All defaults.
  package init() {}

  /// Whether the rule keeps mean squares of the gradient.
  package var usesMeanSquare: Bool { kind == .rmsprop }

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.value("kind", &kind)
    keys.value("momentum", &momentum, .halfOpen(0, 1))
    keys.only("with optimizer.kind rmsprop", given: "kind", kind == .rmsprop) {
      keys.value("decay", &decay, .halfOpen(0, 1))
      keys.value("epsilon", &epsilon, .closed(1e-30, 1e6))
    }
    keys.only("with optimizer.kind lars", given: "kind", kind == .lars) {
      keys.value("trustCoefficient", &trustCoefficient, .closed(1e-12, 1e6))
      keys.value("epsilon", &epsilon, .zeroOr(1e-30, 1e6), default: 0)
    }
    keys.only("with optimizer.kind sgd or lars", given: "kind", kind != .rmsprop) {
      keys.value("nesterov", &nesterov)
    }
    keys.value("weightDecay", &weightDecay, .zeroOr(1e-30, 1_000))
  }
}
