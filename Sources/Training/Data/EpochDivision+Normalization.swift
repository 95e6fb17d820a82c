import Boundary
import Datasets
import Networks
import Tensors

extension EpochDivision {
  /// Images of the smallest batch-norm group of an epoch that has any.
  func smallestGroup(_ batch: BatchConfiguration, groupSize: Int) -> Int {
    let partition = MicroBatchPartition(microBatchCount: batch.microBatchCount, rankCount: 1)
    let length = groupSize == 0 ? batch.microBatchCount : groupSize / batch.microBatch
    return stride(from: 0, to: batch.microBatchCount, by: length).map { first in
      let last = min(first + length, batch.microBatchCount) - 1
      return partition.images(of: last, imageCount: smallest).upperBound
        - partition.images(of: first, imageCount: smallest).lowerBound
    }.filter { $0 > 0 }.min() ?? smallest
  }

  /// Refuses what batch normalisation cannot learn from: a channel of one value has no variance.
  ///
  /// - Throws: When a group of an epoch has one value a channel where the maps are smallest, or
  ///   less than half of the images that it could have; of an odd number, the smaller half will do.
  func requireVariance(
    _ configuration: Configuration, _ architecture: Architecture
  ) throws(TrainingError) {
    let batch = configuration.batch
    let groupSize = configuration.network.batchNormGroup
    let images = smallestGroup(batch, groupSize: groupSize)
    let pixels = architecture.blocks.map(\.geometry.outputs).min() ?? 1
    guard images * pixels > 1 else {
      let epoch = sampleCount.counted("image")
      throw TrainingError(
        .usage,
        "batch normalisation would have one value a channel, and so no variance: the smallest batch "
          + "of an epoch of \(epoch) has \(smallest), a batch-norm group of it 1, and "
          + "the last maps are of one pixel; set "
          + (groupSize == 0 || smallest == 1
            ? "batch.size to 4 or more"
            : "network.batchNormGroup to 4 or more, or 0 for the whole batch")
          + ", or a larger network.resolution")
    }
    guard groupSize == 0 || images >= min(groupSize, smallest) / 2 else {
      throw TrainingError(
        .usage,
        "the \(sampleCount) training images are less than batch.size (\(batch.size)), which leaves "
          + "batch-norm groups of \(groupSize) with \(images); set batch.size to at most "
          + "\(max(batch.microBatch, sampleCount / batch.microBatch * batch.microBatch)), or "
          + "network.batchNormGroup to 0")
    }
  }
}
