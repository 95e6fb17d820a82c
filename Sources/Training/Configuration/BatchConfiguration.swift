/// Section `batch`: the images of one step and the unit of arithmetic.
public struct BatchConfiguration: Sendable, Equatable {
  /// Images in the global batch, over all ranks. Required.
  public internal(set) var size = 0
  /// Images in a micro-batch; divides `size`. Required.
  public internal(set) var microBatch = 0

  /// Rounds in which the batch is worked off, one after the other, so that a batch larger than the
  /// memory of all ranks gives the same bits; each is a power of two of micro-batches, and holds
  /// whole batch-norm groups. Default 1.
  public internal(set) var rounds = 1

  /// Micro-batches in the global batch.
  public var microBatchCount: Int { size / microBatch }
  /// Micro-batches in a round: the most ranks that can share it.
  public var roundMicroBatchCount: Int { microBatchCount / rounds }

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.required("size", &size, .closed(1, 1_048_576))
    keys.required("microBatch", &microBatch, .closed(1, 1_048_576))
    keys.require(
      size % microBatch == 0, "batch", "microBatch",
      "\(microBatch) does not divide batch.size \(size)")
    keys.value("rounds", &rounds, .closed(1, 1_048_576))
    keys.require(
      rounds == 1
        || (microBatchCount % rounds == 0 && roundMicroBatchCount.nonzeroBitCount == 1),
      "batch", "rounds",
      "\(rounds) rounds of the \(microBatchCount) micro-batches of batch.size \(size) in "
        + "batch.microBatch \(microBatch) are not a power of two of micro-batches each")
  }

  /// Whether both cut images into the same batches and micro-batches; rounds change no bits.
  func divides(like other: BatchConfiguration) -> Bool {
    size == other.size && microBatch == other.microBatch
  }

  /// Whether groups of `imageCount` images are whole subtrees of the tree over the micro-batches.
  func formsGroups(of imageCount: Int) -> Bool {
    let (count, rest) = imageCount.quotientAndRemainder(dividingBy: microBatch)
    return rest == 0 && count.nonzeroBitCount == 1 && imageCount <= size
  }
}
