/// How the samples of an epoch are divided into batches: full ones, and what is left in the end.
///
/// What is left may be too little for batch normalisation. Where the last maps are 1×1, one or two
/// samples have hardly any variance, and that would enter the running statistics and the weights
/// with the weight of a whole batch. So less than half a batch is not left alone: it and the batch
/// before it are divided evenly. Every sample is in one batch of the epoch, and where there are
/// enough samples for one batch, none has less than half of one.
public struct EpochDivision: Sendable, Equatable {
  /// Samples of the epoch.
  public let sampleCount: Int
  /// Samples of a full batch, over all ranks.
  public let batchSize: Int
  /// Batches before the first that is not full.
  let fullCount: Int
  /// Samples of the batches after those: none, one, or two.
  let rest: [Int]

  /// Divides `sampleCount` samples.
  ///
  /// - Precondition: Both are positive.
  public init(sampleCount: Int, batchSize: Int) {
    precondition(sampleCount > 0 && batchSize > 0, "an epoch needs samples, and batches too")
    self.sampleCount = sampleCount
    self.batchSize = batchSize
    let (whole, left) = sampleCount.quotientAndRemainder(dividingBy: batchSize)
    if left == 0 {
      (fullCount, rest) = (whole, [])
    } else if whole == 0 || left >= batchSize - left {
      (fullCount, rest) = (whole, [left])
    } else {
      let last = (batchSize + left) / 2
      (fullCount, rest) = (whole - 1, [batchSize + left - last, last])
    }
  }

  /// Batches of the epoch.
  public var batchCount: Int { fullCount + rest.count }

  /// Samples of a batch.
  public func sampleCount(ofBatch batch: Int) -> Int {
    batch < fullCount ? batchSize : rest[batch - fullCount]
  }

  /// Samples of the smallest batch.
  public var smallest: Int { rest.min() ?? batchSize }
}
