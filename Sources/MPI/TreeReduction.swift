public import Tensors

/// Combines values of all micro-batches in the fixed binary tree, across ranks.
///
/// The bracketing is that of the ``ReductionPlan`` whatever the number of ranks, hence so are the
/// bits. Nothing is allocated.
public struct TreeReduction {
  let communicator: Communicator
  /// What this rank does.
  public let plan: ReductionPlan

  /// Prepares to carry out the plan of this rank.
  ///
  /// - Precondition: All ranks have plans of the same partition and group level.
  public init(_ plan: ReductionPlan, over communicator: Communicator) {
    self.plan = plan
    self.communicator = communicator
  }

  /// Replaces every slot by the total of its group.
  ///
  /// - Parameters:
  ///   - slots: One value of `payload` elements for each subtree of the plan, `[slot, payload]`.
  ///   - payload: Elements of one value.
  ///   - scratch: At least `payload` elements; overwritten.
  ///   - combine: Adds the value of `count` elements at `from` to the one at `into`. Commutative,
  ///     bit for bit.
  /// - Throws: If the library refuses or loses a rank.
  public func reduce(
    _ slots: UnsafeMutableBufferPointer<Double>, payload: Int,
    scratch: UnsafeMutableBufferPointer<Double>,
    combine: (
      _ into: UnsafeMutablePointer<Double>, _ from: UnsafePointer<Double>, _ count: Int
    ) -> Void
  ) throws(MPIError) {
    checkSizes(slots: slots.count, payload: payload, scratch: scratch.count)
    guard payload > 0, let first = slots.baseAddress, let received = scratch.baseAddress else {
      return
    }
    let incoming = UnsafeMutableBufferPointer(start: received, count: payload)
    func values(_ slot: Int) -> UnsafeMutableBufferPointer<Double> {
      UnsafeMutableBufferPointer(start: first + slot * payload, count: payload)
    }
    for step in plan.steps {
      switch step {
      case .exchange(let slot, let peer):
        try communicator.exchange(
          sending: UnsafeBufferPointer(values(slot)), receiving: incoming, peer: peer)
        combine(first + slot * payload, received, payload)
      case .receiveAndCombine(let slot, let peer):
        try communicator.receive(into: incoming, from: peer)
        combine(first + slot * payload, received, payload)
      case .send(let slot, let peer), .sendTotal(let slot, let peer):
        try communicator.send(UnsafeBufferPointer(values(slot)), to: peer)
      case .receiveTotal(let slot, let peer):
        try communicator.receive(into: values(slot), from: peer)
      case .combine(let source, let target):
        combine(first + target * payload, first + source * payload, payload)
      case .copyTotal(let source, let target):
        (first + target * payload).update(from: first + source * payload, count: payload)
      }
    }
  }

  private func checkSizes(slots: Int, payload: Int, scratch: Int) {
    precondition(
      slots == plan.subtrees.count * payload,
      "\(plan.subtrees.count) slots of \(payload) elements do not make \(slots)")
    precondition(
      scratch >= payload || plan.steps.isEmpty,
      "a value of \(payload) elements does not fit into scratch memory for \(scratch)")
  }
}
