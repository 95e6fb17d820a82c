import Training

/// Section `halving`: rungs after which only the better networks of a search go on.
package struct HalvingConfiguration: Sendable, Equatable {
  /// What a rung is.
  package enum Mode: String, CaseIterable, Sendable, ConfigurationWord {
    /// A pause in the one schedule of a training.
    case `continue`
    /// A short schedule of its own, from the beginning, warm-up and all.
    case restart
  }

  /// Epochs after which a rung is decided, before the end of `training.epochs`. Default none.
  package private(set) var epochs: [Int] = []
  /// Share of the networks that go on. Default 1/3.
  package private(set) var keep = 1.0 / 3
  /// What a rung is. Default `continue`.
  package private(set) var mode = Mode.continue
  /// Networks that are compared with each other, by their number; 0 for all. Default 0.
  package private(set) var cohort = 0

  package init() {}

  mutating func visit(_ keys: some ConfigurationVisitor, of run: Configuration) {
    keys.value("epochs", &epochs, .closed(1, 1e6))
    keys.value("keep", &keep, .closed(0.01, 0.99))
    keys.value("mode", &mode)
    keys.value("cohort", &cohort, .whole(0...10_000))
    keys.require(
      zip(epochs, epochs.dropFirst()).allSatisfy(<), "halving", "epochs",
      "\(epochs) do not grow from rung to rung")
    if let last = epochs.last, let all = run.training.epochs {
      keys.require(
        last < all, "halving", "epochs",
        "a rung after \(last) epochs is not before the end of the schedule, training.epochs (\(all))"
      )
    }
    keys.require(
      cohort != 1, "halving", "cohort", "of 1 network has nothing to compare; give 2 or more, or 0")
  }
}
