import Kernels
public import MPI
public import Networks
public import Supervision
import Tensors

/// The exchange between the ranks of an MPI job: blocking, in the order of the tree.
public final class RankExchange: Exchange {
  private let communicator: Communicator
  private let activity: Activity?
  /// Notes the events of each step, if anybody wants them.
  package var recorder: ExchangeRecorder?
  private var doubles: UnsafeMutableBufferPointer<Double>
  private var floats: UnsafeMutableBufferPointer<Float>

  /// An exchange between all ranks of `communicator`.
  ///
  /// - Parameter activity: Is told when this rank waits for others.
  public init(_ communicator: Communicator, activity: Activity? = nil) {
    self.communicator = communicator
    self.activity = activity
    doubles = .allocate(capacity: 0)
    floats = .allocate(capacity: 0)
  }

  deinit {
    doubles.deallocate()
    floats.deallocate()
  }

  /// Replaces the payload of each local micro-batch by the total of its group.
  public func combine(
    _ leaves: UnsafeMutablePointer<Double>, size: Int, kind: StatisticsKind, plan: ReductionPlan,
    microBatches: Range<Int>
  ) throws(ExchangeError) {
    plan.combineLeaves(leaves, size: size, microBatches: microBatches) {
      kind.combine($0, $1, size: size)
    }
    let start = ContinuousClock.now
    activity?.beginExchange()
    if !plan.steps.isEmpty {
      // One slot for each subtree, and one for what arrives.
      let slotCount = plan.subtrees.count
      reserve(&doubles, (slotCount + 1) * size)
      let slots = UnsafeMutableBufferPointer(rebasing: doubles[..<(slotCount * size)])
      let scratch = UnsafeMutableBufferPointer(
        rebasing: doubles[(slotCount * size)..<((slotCount + 1) * size)])
      for (slot, subtree) in plan.subtrees.enumerated() {
        let leaf = leaves + (subtree.microBatches.lowerBound - microBatches.lowerBound) * size
        for i in 0..<size { slots[slot * size + i] = leaf[i] }
      }
      do throws(MPIError) {
        try TreeReduction(plan, over: communicator).reduce(slots, payload: size, scratch: scratch) {
          into, from, count in kind.combine(into, from, size: count)
        }
      } catch { throw ExchangeError("\(error)") }
      for (slot, subtree) in plan.subtrees.enumerated() {
        let leaf = leaves + (subtree.microBatches.lowerBound - microBatches.lowerBound) * size
        for i in 0..<size { leaf[i] = slots[slot * size + i] }
      }
    }
    activity?.endExchange()
    recorder?.note(
      .statistics, bytes: size * MemoryLayout<Double>.stride, blocked: .now - start)
    plan.distribute(leaves, size: size, microBatches: microBatches)
  }

  /// Replaces the gradient of each subtree by that of the whole batch.
  public func combineGradients(
    _ slots: UnsafeMutablePointer<Float>, size: Int, plan: ReductionPlan
  ) throws(ExchangeError) {
    if plan.steps.isEmpty { return }
    let start = ContinuousClock.now
    activity?.beginExchange()
    reserve(&floats, size)
    let values = UnsafeMutableBufferPointer(start: slots, count: plan.subtrees.count * size)
    do throws(MPIError) {
      try TreeReduction(plan, over: communicator).sum(values, payload: size, scratch: floats)
    } catch { throw ExchangeError("\(error)") }
    activity?.endExchange()
    recorder?.note(
      .gradientEnd, bytes: size * MemoryLayout<Float>.stride, blocked: .now - start)
  }

  /// Grows scratch memory; after the first step it is large enough.
  private func reserve<Value>(_ buffer: inout UnsafeMutableBufferPointer<Value>, _ count: Int) {
    guard buffer.count < count else { return }
    buffer.deallocate()
    buffer = .allocate(capacity: count)
  }
}
