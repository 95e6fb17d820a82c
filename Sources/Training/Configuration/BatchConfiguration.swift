/// Section `batch`: the images of one step and the unit of arithmetic.
public struct BatchConfiguration: Sendable, Equatable {
  /// Images in the global batch, over all ranks. Required.
  public internal(set) var size = 0
  /// Images in a micro-batch; divides `size`. Required.
  public internal(set) var microBatch = 0

  /// Micro-batches in the global batch: the most ranks that can share it.
  public var microBatchCount: Int { size / microBatch }

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.required("size", &size, .closed(1, 1_048_576))
    keys.required("microBatch", &microBatch, .atLeast(1))
    keys.require(
      size % microBatch == 0, "batch", "microBatch",
      "\(microBatch) does not divide batch.size \(size)")
  }

  /// Whether groups of `imageCount` images are whole subtrees of the tree over the micro-batches.
  func formsGroups(of imageCount: Int) -> Bool {
    let (count, rest) = imageCount.quotientAndRemainder(dividingBy: microBatch)
    return rest == 0 && count.nonzeroBitCount == 1 && imageCount <= size
  }
}
