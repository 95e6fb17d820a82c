/// Section `averaging`: the moving average of parameters and statistics that is evaluated.
public struct AveragingConfiguration: Sendable, Equatable {
  /// Share of the old average; 0 switches averaging off. After `t` steps no more than `(1 + t) /
  /// (10 + t)` is used, so that the start is forgotten. Default 0.9999 (official recipe).
  public internal(set) var decay = 0.9999

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.value("decay", &decay, .halfOpen(0, 1))
  }
}
