import Tensors

/// How the global batch lies on this rank: its micro-batches, and who combines what with whom.
///
/// A batch that is too large for the memory of all ranks is worked off in rounds. Each is laid out
/// like a batch of its own; together they are the same images in the same micro-batches and the
/// same tree as without rounds.
public struct BatchLayout: Sendable {
  /// Which micro-batches of a round each rank holds.
  public let partition: MicroBatchPartition
  /// This rank.
  public let rank: Int
  /// Images in a full micro-batch.
  public let microBatchSize: Int
  /// The tree of a batch-norm group.
  public let groupPlan: ReductionPlan
  /// The tree of a round, which is the whole batch where there is one round.
  public let batchPlan: ReductionPlan
  /// The tree over the rounds.
  public let roundTree: RoundTree
  /// This rank's micro-batches of a round.
  public let microBatches: Range<Int>
  /// Batch-norm group of each local micro-batch, counted from this rank's first.
  public let groups: [Int]

  /// Lays out a batch of `rounds · microBatchCount · microBatchSize` images.
  ///
  /// - Parameters:
  ///   - microBatchCount: Micro-batches of a round; a power of two where there are several rounds.
  ///   - microBatchSize: Images of a micro-batch.
  ///   - rank: This rank.
  ///   - rankCount: All ranks, each of which has at least one micro-batch.
  ///   - groupLevel: Batch-norm groups of `2^groupLevel` micro-batches; nil for one group, which
  ///     several rounds cannot have.
  ///   - rounds: Parts of a batch that are gone through one after the other.
  public init(
    microBatchCount: Int, microBatchSize: Int, rank: Int = 0, rankCount: Int = 1,
    groupLevel: Int? = nil, rounds: Int = 1
  ) {
    precondition(
      rounds == 1 || (microBatchCount.nonzeroBitCount == 1 && groupLevel != nil),
      "rounds are whole subtrees of whole batch-norm groups")
    partition = MicroBatchPartition(microBatchCount: microBatchCount, rankCount: rankCount)
    self.rank = rank
    self.microBatchSize = microBatchSize
    groupPlan = ReductionPlan(partition: partition, rank: rank, groupLevel: groupLevel)
    batchPlan = ReductionPlan(partition: partition, rank: rank)
    roundTree = RoundTree(rounds: rounds)
    let local = partition.microBatches(of: rank)
    microBatches = local
    let level = min(groupLevel ?? partition.treeLevels, partition.treeLevels)
    groupMicroBatches = 1 << level
    groups = local.map { ($0 >> level) - (local.lowerBound >> level) }
  }

  /// Batch-norm groups of which this rank holds a part.
  public var groupCount: Int { (groups.last ?? 0) + 1 }
  /// Whether there is more than one batch-norm group in the batch.
  public var hasGroups: Bool {
    groupMicroBatches < partition.microBatchCount || roundTree.rounds > 1
  }
  /// Micro-batches in a batch-norm group.
  public let groupMicroBatches: Int
  /// Whether the local micro-batch at `index` is the first of its group on this rank.
  func isFirstOfGroup(_ index: Int) -> Bool { index == 0 || groups[index - 1] != groups[index] }
  /// Images this rank can hold.
  public var capacity: Int { microBatches.count * microBatchSize }

  /// Images of a batch of `imageCount` that belong to a micro-batch of a round.
  func images(of microBatch: Int, round: Int, imageCount: Int) -> Range<Int> {
    let roundSize = partition.microBatchCount
    return MicroBatchPartition(microBatchCount: roundTree.rounds * roundSize, rankCount: 1)
      .images(of: round * roundSize + microBatch, imageCount: imageCount)
  }
}
