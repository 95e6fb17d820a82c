/// The micro-batches of a data set, and which of them each rank evaluates.
///
/// Ranks take contiguous runs whose lengths differ by at most one; where there are more ranks than
/// micro-batches, some are empty. In round `i` each rank evaluates the micro-batch `i` of its run.
struct EvaluationShares {
  /// Images of the data set, in its own order.
  let imageCount: Int
  /// Images of a micro-batch; the last may be short.
  let microBatchSize: Int
  /// Ranks that share them.
  let rankCount: Int

  /// Micro-batches of the data set.
  var microBatchCount: Int { (imageCount + microBatchSize - 1) / microBatchSize }

  /// Micro-batches of the longest run.
  var rounds: Int { (microBatchCount + rankCount - 1) / rankCount }

  /// The run of a rank.
  func microBatches(of rank: Int) -> Range<Int> {
    rank * microBatchCount / rankCount..<(rank + 1) * microBatchCount / rankCount
  }

  /// What `rank` evaluates in a round, if its run is that long.
  func microBatch(of rank: Int, round: Int) -> Int? {
    let microBatch = microBatches(of: rank).lowerBound + round
    return microBatch < microBatches(of: rank).upperBound ? microBatch : nil
  }

  /// Images of a micro-batch, as indices in the data set.
  func images(of microBatch: Int) -> Range<Int> {
    microBatch * microBatchSize..<min(imageCount, (microBatch + 1) * microBatchSize)
  }
}
