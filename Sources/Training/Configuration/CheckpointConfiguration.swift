/// Section `checkpoint`: when the state is saved, and how many files stay.
public struct CheckpointConfiguration: Sendable, Equatable {
  /// Steps between checkpoints within an epoch. Default none.
  public internal(set) var everySteps: Int?
  /// Epochs between checkpoints; 0 for one at the end. Default 1.
  public internal(set) var everyEpochs = 1
  /// Newest checkpoints that are kept. Default 3.
  public internal(set) var keep = 3

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.optional("everySteps", &everySteps, .atLeast(1))
    keys.value("everyEpochs", &everyEpochs, .atLeast(0))
    keys.value("keep", &keep, .atLeast(1))
  }
}
