import Datasets

/// The micro-batches of a data set, and which of them each rank evaluates.
///
/// Ranks take contiguous runs whose lengths differ by at most one; where there are more ranks than
/// micro-batches, some are empty. In round `i` each rank evaluates the micro-batch `i` of its run.
struct EvaluationShares {
  /// The images in the order of the data set. A batch of it is a micro-batch; the last may be short.
  let order: EpochOrder
  /// Ranks that share them.
  let rankCount: Int

  /// Micro-batches of the longest run.
  var rounds: Int { (order.batchCount + rankCount - 1) / rankCount }

  /// What `rank` evaluates in a round, if its run is that long.
  func microBatch(of rank: Int, round: Int) -> Int? {
    let microBatch = rank * order.batchCount / rankCount + round
    return microBatch < (rank + 1) * order.batchCount / rankCount ? microBatch : nil
  }
}
