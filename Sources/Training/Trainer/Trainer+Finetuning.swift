import MPI
import Networks

extension Trainer {
  /// Begins with the weights of the configured checkpoint, if there is one; rank 0 reads it for all.
  ///
  /// A run that goes on has its weights already.
  func beginFromCheckpoint() throws(TrainingError) {
    guard state.step == 0, let path = configuration.finetuning.checkpoint else { return }
    if communicator.rank == 0 { try takeOver(path) }
    do throws(MPIError) {
      try activity.exchange { () throws(MPIError) in try broadcastState() }
    } catch { throw TrainingError(error) }
  }

  /// Hands the numbers that rank 0 holds to all.
  ///
  /// In pieces, each of which is progress: a whole arena may take a slow link longer than ranks are
  /// allowed to wait.
  func broadcastState() throws(MPIError) {
    for arena in state.arenas {
      for start in stride(from: 0, to: arena.buffer.count, by: Self.broadcastPiece) {
        let end = min(start + Self.broadcastPiece, arena.buffer.count)
        try communicator.broadcast(
          UnsafeMutableBufferPointer(rebasing: arena.buffer.values[start..<end]), from: 0)
        activity.advance()
      }
    }
  }

  /// Floats: 4 MiB.
  private static let broadcastPiece = 1 << 20

  private func takeOver(_ path: String) throws(TrainingError) {
    let (checkpoint, _, source) = try Checkpoint.load(path, advance: activity.advance)
    let (old, new) = (source.table.trainable, state.table.trainable)
    let (oldTrunk, newTrunk) = (old.filter { !$0.isClassifier }, new.filter { !$0.isClassifier })
    guard oldTrunk == newTrunk else {
      throw TrainingError(
        .usage,
        "finetuning.checkpoint \(path) is of another network: tensor "
          + "\(Self.firstDifference(oldTrunk, newTrunk)); use the section network that it was "
          + "trained with")
    }
    let classes = feed.training.dataset.classNames
    let keepsClassifier = checkpoint.classNames == classes && old == new
    if !keepsClassifier {
      observer?.noticed(
        "the classifier starts anew for the classes \(DataFeed.list(classes)): \(path) was trained "
          + "for \(DataFeed.list(checkpoint.classNames))")
    }
    let (weights, statistics) = source.evaluated
    // The classifier is the end of the arena.
    let classifier = new.first { $0.isClassifier }?.offset ?? weights.count
    let count = keepsClassifier ? weights.count : classifier
    state.weights.start.update(from: weights.start, count: count)
    state.averagedWeights?.start.update(from: weights.start, count: count)
    for target in [state.statistics, state.averagedStatistics] {
      target?.start.update(from: statistics.start, count: statistics.count)
    }
  }
}
