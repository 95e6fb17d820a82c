/// Which micro-batches of the global batch each rank holds.
///
/// Ranks own contiguous runs whose lengths differ by at most one. With a power of two of ranks that
/// divides the number of micro-batches, every run is one aligned subtree of the reduction tree.
public struct MicroBatchPartition: Sendable, Equatable {
  /// Micro-batches in the global batch.
  public let microBatchCount: Int
  /// Ranks that share the batch.
  public let rankCount: Int

  /// Divides `microBatchCount` micro-batches among `rankCount` ranks.
  ///
  /// - Precondition: `1 ≤ rankCount ≤ microBatchCount`.
  public init(microBatchCount: Int, rankCount: Int) {
    precondition(
      rankCount >= 1 && rankCount <= microBatchCount,
      "\(microBatchCount) micro-batches cannot be divided among \(rankCount) ranks")
    self.microBatchCount = microBatchCount
    self.rankCount = rankCount
  }

  /// Micro-batches of `rank`, never empty.
  public func microBatches(of rank: Int) -> Range<Int> {
    rank * microBatchCount / rankCount..<(rank + 1) * microBatchCount / rankCount
  }

  /// Images of a batch of `imageCount` that belong to one micro-batch.
  ///
  /// A short batch is spread evenly, so that no micro-batch has two images fewer than another.
  public func images(of microBatch: Int, imageCount: Int) -> Range<Int> {
    microBatch * imageCount / microBatchCount..<(microBatch + 1) * imageCount / microBatchCount
  }

  /// Levels of the reduction tree above the micro-batches: the logarithm, rounded up.
  public var treeLevels: Int {
    microBatchCount <= 1 ? 0 : Int.bitWidth - (microBatchCount - 1).leadingZeroBitCount
  }

  /// The largest aligned subtrees, of at most `level` levels, that make up the run of `rank`.
  ///
  /// Their sums are what a rank contributes to an exchange; each has a *slot* of this order.
  /// Leaves beyond the last micro-batch are empty and belong to the last rank.
  public func subtrees(of rank: Int, upTo level: Int) -> [Subtree] {
    var run = microBatches(of: rank)
    if rank == rankCount - 1 { run = run.lowerBound..<(1 << treeLevels) }
    var result: [Subtree] = []
    var first = run.lowerBound
    while first < run.upperBound && first < microBatchCount {
      var height = min(level, first == 0 ? treeLevels : first.trailingZeroBitCount)
      while first + (1 << height) > run.upperBound { height -= 1 }
      result.append(Subtree(level: height, index: first >> height))
      first += 1 << height
    }
    return result
  }
}

/// An aligned subtree of the reduction tree: micro-batches `index·2^level ..< (index + 1)·2^level`.
public struct Subtree: Sendable, Hashable {
  /// Height: 0 is a single micro-batch.
  public let level: Int
  /// Position among the subtrees of this height.
  public let index: Int

  /// Names a node by its height and position.
  public init(level: Int, index: Int) {
    self.level = level
    self.index = index
  }

  /// Micro-batches below this node, those beyond the batch included.
  public var microBatches: Range<Int> { index << level..<(index + 1) << level }
}
