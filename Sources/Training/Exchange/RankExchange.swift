import Kernels
public import MPI
public import Networks
public import Supervision
public import Tensors

/// The exchange between the ranks of an MPI job, in the order of the tree.
///
/// Statistics are waited for. Gradients leave while the backward pass goes on, and travel whenever
/// it calls ``progress()``.
public final class RankExchange: Exchange {
  private let communicator: Communicator
  private let activity: Activity?
  /// Notes the events of each step, if anybody wants them.
  package var recorder: ExchangeRecorder?
  private var doubles: UnsafeMutableBufferPointer<Double>
  /// How gradients travel.
  public let transport: GradientTransport
  /// Whether gradients leave before the backward pass is over.
  private let overlaps: Bool
  package let form: PipelinedSum.Form
  /// How gradients travel, for a log.
  let summary: String
  private var pace: ExchangePace
  private var nextProgress = ContinuousClock.now
  private var gradients: PipelinedSum?
  private var gradientSize = 0
  /// First place that is final; as many as there are when nothing is.
  private var firstFinal = 0
  private var failure: ExchangeError?
  /// Between two looks at the wire, each of which takes some microseconds: half of what a chunk
  /// takes.
  private let interval: Duration

  private static let shortestInterval = Duration.microseconds(50)

  /// An exchange between all ranks of `communicator`, which all call this, as a configuration says.
  ///
  /// - Parameters:
  ///   - communicator: The ranks.
  ///   - configuration: Section `exchange`.
  ///   - microBatchCount: Micro-batches of a round.
  ///   - activity: Where this rank notes what it does.
  /// - Throws: If the library refuses or loses a rank; where the system has not the memory.
  public init(
    _ communicator: Communicator, _ configuration: ExchangeConfiguration = ExchangeConfiguration(),
    microBatchCount: Int, activity: Activity? = nil
  ) throws(TrainingError) {
    self.communicator = communicator
    self.activity = activity
    overlaps = configuration.overlap
    transport = configuration.transport
    // On a host that is ready ranks wait here for those that still open their data.
    activity?.beginExchange()
    let measured = try ExchangeForm(
      configuration, measuring: communicator, microBatchCount: microBatchCount
    ) { activity?.advance() }
    activity?.endExchange()
    form = measured.form
    summary = measured.summary
    pace = ExchangePace(secondsPerFloat: measured.secondsPerFloat)
    interval = max(
      Self.shortestInterval, .seconds(0.5 * measured.secondsPerFloat * Double(form.chunk)))
    doubles = .allocate(capacity: 0)
  }

  deinit {
    doubles.deallocate()
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
    if !plan.steps.isEmpty { pace.exchanged(since: start) }
    recorder?.note(
      .statistics, bytes: size * MemoryLayout<Double>.stride, blocked: .now - start)
    plan.distribute(leaves, size: size, microBatches: microBatches)
  }

  /// Learns where a network has its gradients.
  public func takeGradients(
    _ slots: UnsafeMutablePointer<Float>, size: Int, plan: ReductionPlan
  ) throws(MemoryShortage) {
    gradientSize = size
    if plan.steps.isEmpty { return }
    gradients = try PipelinedSum(
      slots, payload: size, plan: plan, over: communicator, form: form, transport: transport)
  }

  /// Begins to replace the gradient of each subtree by that of the whole batch.
  public func beginGradients() {
    firstFinal = gradientSize
    gradients?.begin()
    if gradients != nil { pace.begin() }
  }

  /// The gradients from `place` of every slot on are final and may leave.
  public func release(gradientsFrom place: Int) {
    guard place < firstFinal else { return }
    recorder?.note(.gradientReady, bytes: (firstFinal - place) * MemoryLayout<Float>.stride)
    firstFinal = place
    if overlaps { gradients?.release(from: place) }
  }

  /// Lets gradients travel, without waiting, if it is time to.
  public func progress() -> Bool {
    guard let gradients, gradients.isUnderWay, failure == nil else { return false }
    let now = ContinuousClock.now
    guard now >= nextProgress else { return false }
    nextProgress = now + interval
    do throws(MPIError) {
      try gradients.progress(limit: pace.floatsThatFit)
    } catch { failure = ExchangeError("\(error)") }
    return true
  }

  /// Waits for the gradients of the whole batch.
  public func finishGradients() throws(ExchangeError) {
    release(gradientsFrom: 0)
    if let failure { throw failure }
    let start = ContinuousClock.now
    activity?.beginExchange()
    do throws(MPIError) {
      try gradients?.finish { activity?.advance() }
    } catch { throw ExchangeError("\(error)") }
    activity?.endExchange()
    recorder?.note(
      .gradientEnd, bytes: gradientSize * MemoryLayout<Float>.stride, blocked: .now - start)
  }

  /// Whoever watches learns that this rank works, though it has not exchanged anything for a while.
  public func advance() { activity?.advance() }

  /// Grows scratch memory; after the first step it is large enough.
  private func reserve<Value>(_ buffer: inout UnsafeMutableBufferPointer<Value>, _ count: Int) {
    guard buffer.count < count else { return }
    buffer.deallocate()
    buffer = .allocate(capacity: count)
  }
}
