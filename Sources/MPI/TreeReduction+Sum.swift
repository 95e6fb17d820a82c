extension TreeReduction {
  /// Largest value that is exchanged whole, 128 KiB. Below, the messages that halving adds cost
  /// more than the bytes it saves.
  static let largestWholeExchange = 32_768

  /// Replaces every slot by the sum of its group.
  ///
  /// Large sums over equal runs of micro-batches use recursive halving over distances 1, 2, 4, …
  /// and the mirror all-gather: about two values of traffic a rank instead of one for each level.
  /// Each element is added up in the same bracketing as by recursive doubling.
  ///
  /// - Parameters:
  ///   - slots: One value of `payload` elements for each subtree of the plan, `[slot, payload]`.
  ///   - payload: Elements of one value.
  ///   - scratch: At least `payload` elements; overwritten.
  /// - Throws: If the library refuses or loses a rank.
  public func sum(
    _ slots: UnsafeMutableBufferPointer<Float>, payload: Int,
    scratch: UnsafeMutableBufferPointer<Float>
  ) throws(MPIError) {
    guard isRecursiveDoubling && payload > Self.largestWholeExchange else {
      return try reduce(slots, payload: payload, scratch: scratch, combine: Self.add)
    }
    checkSizes(slots: slots.count, payload: payload, scratch: scratch.count)
    try sumByHalving(slots, scratch: scratch, level: 0)
  }

  /// Sums `values` over the ranks that the plan meets from `level` on.
  private func sumByHalving(
    _ values: UnsafeMutableBufferPointer<Float>, scratch: UnsafeMutableBufferPointer<Float>,
    level: Int
  ) throws(MPIError) {
    guard level < plan.steps.count, case .exchange(_, let peer) = plan.steps[level] else { return }
    let middle = values.count / 2
    let lower = UnsafeMutableBufferPointer(rebasing: values[..<middle])
    let upper = UnsafeMutableBufferPointer(rebasing: values[middle...])
    let (kept, given) = communicator.rank < peer ? (lower, upper) : (upper, lower)

    let received = UnsafeMutableBufferPointer(rebasing: scratch[..<kept.count])
    try communicator.exchange(sending: UnsafeBufferPointer(given), receiving: received, peer: peer)
    if let into = kept.baseAddress, let from = received.baseAddress {
      Self.add(into, from, kept.count)
    }
    try sumByHalving(kept, scratch: scratch, level: level + 1)
    try communicator.exchange(sending: UnsafeBufferPointer(kept), receiving: given, peer: peer)
  }

  private static func add(
    _ into: UnsafeMutablePointer<Float>, _ from: UnsafePointer<Float>, _ count: Int
  ) {
    for index in 0..<count { into[index] += from[index] }
  }
}
