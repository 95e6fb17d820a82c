/// Section `checkpoint`: when the state is saved, and how many files stay.
public struct CheckpointConfiguration: Sendable, Equatable {
  /// Steps between checkpoints within an epoch. Default none.
  public internal(set) var everySteps: Int?
  /// Epochs between checkpoints; 0 for one at the end. Default 1.
  public internal(set) var everyEpochs = 1
  /// Newest checkpoints that are kept. Default 3.
  public internal(set) var keep = 3
  /// Best checkpoints, by the validation top-1 after their own step, that are kept besides; of
  /// equal ones the earlier. Default 1.
  public internal(set) var keepBest = 1
  /// Epochs between checkpoints that are kept for ever. Default none.
  public internal(set) var milestoneEveryEpochs: Int?

  /// Whether a checkpoint is due at the end of an epoch.
  func isDue(atEndOfEpoch epoch: Int) -> Bool {
    (everyEpochs > 0 && epoch % everyEpochs == 0)
      || milestoneEveryEpochs.map { epoch % $0 == 0 } ?? false
  }

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.optional("everySteps", &everySteps, .closed(1, 1e12))
    keys.value("everyEpochs", &everyEpochs, .closed(0, 1e6))
    keys.value("keep", &keep, .closed(1, 1e6))
    keys.value("keepBest", &keepBest, .closed(0, 1e6))
    keys.optional("milestoneEveryEpochs", &milestoneEveryEpochs, .closed(1, 1e6))
  }
}
