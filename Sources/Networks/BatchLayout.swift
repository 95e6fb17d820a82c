import Tensors

/// How the global batch lies on this rank: its micro-batches, and who combines what with whom.
public struct BatchLayout: Sendable {
  /// Which micro-batches each rank holds.
  public let partition: MicroBatchPartition
  /// This rank.
  public let rank: Int
  /// Images in a full micro-batch.
  public let microBatchSize: Int
  /// The tree of a batch-norm group.
  public let groupPlan: ReductionPlan
  /// The tree of the whole batch.
  public let batchPlan: ReductionPlan
  /// This rank's micro-batches.
  public let microBatches: Range<Int>
  /// Batch-norm group of each local micro-batch, counted from this rank's first.
  public let groups: [Int]

  /// Lays out a batch of `microBatchCount · microBatchSize` images.
  ///
  /// - Parameter groupLevel: Batch-norm groups of `2^groupLevel` micro-batches; nil for one group.
  public init(
    microBatchCount: Int, microBatchSize: Int, rank: Int = 0, rankCount: Int = 1,
    groupLevel: Int? = nil
  ) {
    partition = MicroBatchPartition(microBatchCount: microBatchCount, rankCount: rankCount)
    self.rank = rank
    self.microBatchSize = microBatchSize
    groupPlan = ReductionPlan(partition: partition, rank: rank, groupLevel: groupLevel)
    batchPlan = ReductionPlan(partition: partition, rank: rank)
    let local = partition.microBatches(of: rank)
    microBatches = local
    let level = min(groupLevel ?? partition.treeLevels, partition.treeLevels)
    groupMicroBatches = 1 << level
    groups = local.map { ($0 >> level) - (local.lowerBound >> level) }
  }

  /// Batch-norm groups of which this rank holds a part.
  public var groupCount: Int { (groups.last ?? 0) + 1 }
  /// Whether there is more than one batch-norm group in the batch.
  public var hasGroups: Bool { groupMicroBatches < partition.microBatchCount }
  /// Micro-batches in a batch-norm group.
  public let groupMicroBatches: Int
  /// Whether the local micro-batch at `index` is the first of its group on this rank.
  func isFirstOfGroup(_ index: Int) -> Bool { index == 0 || groups[index - 1] != groups[index] }
  /// Images this rank can hold.
  public var capacity: Int { microBatches.count * microBatchSize }
}

/// A micro-batch of this rank in the current batch.
struct MicroBatch {
  /// Position among this rank's micro-batches.
  let index: Int
  /// Batch-norm group, counted from this rank's first.
  let group: Int
  /// Where its images start in every activation tensor.
  let firstImage: Int
  /// Its images; fewer than the micro-batch size in a short batch, possibly none.
  let imageCount: Int
}
