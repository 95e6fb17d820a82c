import Boundary
package import Networks

extension BatchLayout {
  /// This rank's part of the configured batch, or of a round of it.
  ///
  /// - Throws: When there are more ranks than micro-batches.
  package init(
    _ configuration: Configuration, rank: Int, rankCount: Int
  ) throws(TrainingError) {
    let batch = configuration.batch
    let count = batch.roundMicroBatchCount
    guard rankCount <= count else {
      let rounds = batch.rounds > 1 ? " and batch.rounds \(batch.rounds)" : ""
      throw TrainingError(
        .usage,
        "\(rankCount) ranks are more than the \(count.counted("micro-batch", "micro-batches")) of batch.size "
          + "\(batch.size) in batch.microBatch \(batch.microBatch)\(rounds); start fewer ranks or "
          + "choose a smaller batch.microBatch" + (rounds.isEmpty ? "" : " or fewer rounds"))
    }
    let group = configuration.network.batchNormGroup
    self.init(
      microBatchCount: count, microBatchSize: batch.microBatch, rank: rank, rankCount: rankCount,
      groupLevel: group == 0 ? nil : (group / batch.microBatch).trailingZeroBitCount,
      rounds: batch.rounds)
  }
}
