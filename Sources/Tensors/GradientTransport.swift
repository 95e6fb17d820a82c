/// How gradients are combined in the tree, and travel between ranks.
public enum GradientTransport: String, Sendable, CaseIterable {
  /// As they are.
  case float32
  /// Half the bytes: both operands of every sum in the tree over the micro-batches are rounded to
  /// ``BrainFloat``, within a rank as between ranks, and so is the total. Other bits than
  /// `float32`, but the same on any number of ranks.
  case bfloat16

  /// Adds `other` to `sum`, as at a node of the tree.
  public func add(
    _ other: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch self {
    case .float32: for i in 0..<count { sum[i] += other[i] }
    case .bfloat16: BrainFloat.add(other, to: sum, count: count)
    }
  }

  /// Makes the root of the tree what it is after its last journey.
  public func finish(_ total: UnsafeMutablePointer<Float>, count: Int) {
    if self == .bfloat16 { BrainFloat.round(total, count: count) }
  }
}
