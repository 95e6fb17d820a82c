public import Tensors

/// Sums one large value of all ranks in the fixed tree, piece by piece, while the ranks compute.
///
/// The value becomes final from its end, as gradients do. It is cut into chunks from there, and
/// each chunk climbs the tree by itself as soon as it is final. Nothing moves unless somebody is
/// inside MPI: call ``progress()`` between pieces of work. Nothing is allocated after `init`.
///
/// A small chunk is exchanged whole on each level of the tree: the fewest messages. A large one is
/// halved over distances 1, 2, 4, … and gathered back over the same distances: about two values of
/// traffic a rank instead of one for each level. Where ranks are numbered host by host, the short
/// distances lie within a host, so that only the host's share of the chunk leaves it. The bits are
/// those of the tree either way.
public final class PipelinedSum {
  /// How the value is cut and carried; no choice changes the bits.
  public struct Form: Sendable, Equatable {
    /// Floats of a chunk.
    public var chunk: Int
    /// Floats of the largest chunk that is exchanged whole.
    public var largestWhole: Int
    /// Chunks under way at a time.
    public var lanes: Int

    /// Chunks of `chunk` floats.
    public init(chunk: Int, largestWhole: Int, lanes: Int) {
      self.chunk = chunk
      self.largestWhole = largestWhole
      self.lanes = lanes
    }
  }

  /// What a chunk does next.
  private enum Action {
    case step(ReductionPlan.Step)
    /// Give one half to the peer of a level and add up the other.
    case halve(level: Int, peer: Int)
    /// Give back the sum of one half for that of the other.
    case restore(level: Int, peer: Int)
  }

  /// A chunk on its way.
  private struct Lane {
    var chunk = 0..<0
    var number = 0
    /// Index of the action whose messages are under way.
    var action = 0
    var isBusy = false
  }

  private let plan: ReductionPlan
  private let rank: Int
  private let form: Form
  private let transport: GradientTransport
  private let payload: Int
  private let slots: UnsafeMutablePointer<Float>
  private let messages: MessageLanes
  /// Of chunks that are exchanged whole, in turn.
  private let whole: [[Action]]
  /// Of others, where they can be halved.
  private let halving: [Action]?
  private var lanes: [Lane]
  /// What arrives in each lane, and what is packed to leave.
  private let arrivals: FloatBuffer
  private let packed: UnsafeMutableBufferPointer<UInt16>

  private var firstFinal: Int
  private var nextChunk = 0
  private var chunksLeft = 0
  private var busyLanes = 0

  /// The first of the tags, one a chunk; those below are free for other messages.
  private let firstTag = 16

  /// - Parameters:
  ///   - slots: One value of `payload` floats for each subtree of the plan, `[slot, payload]`.
  ///   - plan: What this rank does; of the same partition on all ranks.
  /// - Throws: Where the system has not the memory for what arrives.
  public init(
    _ slots: UnsafeMutablePointer<Float>, payload: Int, plan: ReductionPlan,
    over communicator: Communicator, form: Form, transport: GradientTransport = .float32
  ) throws(MemoryShortage) {
    precondition(form.chunk > 0 && form.lanes > 0, "chunks and lanes are at least one")
    self.plan = plan
    self.slots = slots
    self.payload = payload
    self.form = form
    self.transport = transport
    rank = communicator.rank
    let lanes = plan.steps.isEmpty ? 0 : form.lanes
    messages = MessageLanes(count: lanes, over: communicator)
    self.lanes = Array(repeating: Lane(), count: lanes)
    arrivals = try FloatBuffer(count: lanes * form.chunk)
    packed = .allocate(capacity: transport == .bfloat16 ? 2 * lanes * form.chunk : 0)
    whole = [plan.steps, plan.mirroredSteps].map { $0.map(Action.step) }
    let peers = plan.steps.enumerated().compactMap { level, step in
      if case .exchange(_, let peer) = step { (level, peer) } else { nil }
    }
    halving =
      plan.isRecursiveDoubling
      ? peers.map { .halve(level: $0.0, peer: $0.1) }
        + peers.reversed().map { .restore(level: $0.0, peer: $0.1) }
      : nil
    firstFinal = payload
  }

  deinit { packed.deallocate() }

  private var chunkCount: Int { (payload + form.chunk - 1) / form.chunk }

  /// Begins anew: the slots hold nothing that is final.
  public func begin() {
    precondition(chunksLeft == 0, "the sum before is not finished")
    firstFinal = payload
    nextChunk = 0
    chunksLeft = plan.steps.isEmpty ? 0 : chunkCount
  }

  /// The floats of every slot from `place` on are final, and belong to the sum until it is
  /// finished.
  public func release(from place: Int) { firstFinal = min(firstFinal, place) }

  /// Whether anything could move.
  public var isUnderWay: Bool {
    chunksLeft > 0 && (firstFinal < payload - nextChunk * form.chunk || busyLanes > 0)
  }

  /// Lets messages travel, adds up what has arrived and sends on what can be sent; never waits.
  ///
  /// - Parameter limit: Floats under way at most; chunks beyond it stay back.
  /// - Throws: If the library refuses or loses a rank.
  public func progress(limit: Int = .max) throws(MPIError) {
    while isUnderWay {
      try fillLanes(limit / form.chunk)
      guard try messages.advance(waits: false) else { return }
      try advanceLanes()
    }
  }

  /// Waits for the rest; then every slot holds the total of its group.
  ///
  /// - Parameter advance: Called whenever messages have arrived, for whoever watches.
  /// - Precondition: The whole value is final.
  /// - Throws: If the library refuses or loses a rank.
  public func finish(advance: () -> Void = {}) throws(MPIError) {
    firstFinal = 0
    while chunksLeft > 0 {
      try fillLanes(lanes.count)
      guard chunksLeft > 0 else { return }
      _ = try messages.advance(waits: true)
      advance()
      try advanceLanes()
    }
  }

  /// Gives idle lanes the next chunks that are final.
  private func fillLanes(_ limit: Int) throws(MPIError) {
    for lane in lanes.indices where !lanes[lane].isBusy {
      guard nextChunk < chunkCount, busyLanes < limit else { return }
      let end = payload - nextChunk * form.chunk
      let chunk = max(0, end - form.chunk)..<end
      guard chunk.lowerBound >= firstFinal else { return }
      lanes[lane] = Lane(chunk: chunk, number: nextChunk, action: 0, isBusy: true)
      nextChunk += 1
      busyLanes += 1
      try start(lane)
    }
  }

  /// Completes the actions of all lanes whose messages have arrived.
  private func advanceLanes() throws(MPIError) {
    for lane in lanes.indices where lanes[lane].isBusy && messages.isIdle(lane) {
      complete(lane)
      lanes[lane].action += 1
      try start(lane)
    }
  }

  private func actions(_ lane: Lane) -> [Action] {
    if let halving, lane.chunk.count > form.largestWhole { return halving }
    return whole[lane.number % 2]
  }

  /// Starts the current action of a lane, and those after it, up to one that has messages.
  private func start(_ lane: Int) throws(MPIError) {
    let chunk = lanes[lane].chunk
    let actions = actions(lanes[lane])
    while lanes[lane].action < actions.count {
      switch actions[lanes[lane].action] {
      case .step(let step): try start(step, chunk, lane)
      case .halve(let level, let peer):
        let (kept, given) = halves(chunk, level: level)
        try send(slots + given.lowerBound, given.count, to: peer, lane)
        try receive(kept.count, from: peer, lane, into: nil)
      case .restore(let level, let peer):
        let (kept, given) = halves(chunk, level: level)
        try send(slots + kept.lowerBound, kept.count, to: peer, lane)
        try receive(given.count, from: peer, lane, into: slots + given.lowerBound)
      }
      if !messages.isIdle(lane) { return }
      complete(lane)
      lanes[lane].action += 1
    }
    lanes[lane].isBusy = false
    busyLanes -= 1
    chunksLeft -= 1
  }

  private func start(
    _ step: ReductionPlan.Step, _ chunk: Range<Int>, _ lane: Int
  ) throws(MPIError) {
    switch step {
    case .exchange(let slot, let peer):
      try send(values(slot, chunk), chunk.count, to: peer, lane)
      try receive(chunk.count, from: peer, lane, into: nil)
    case .send(let slot, let peer), .sendTotal(let slot, let peer):
      try send(values(slot, chunk), chunk.count, to: peer, lane)
    case .receiveAndCombine(_, let peer):
      try receive(chunk.count, from: peer, lane, into: nil)
    case .receiveTotal(let slot, let peer):
      try receive(chunk.count, from: peer, lane, into: values(slot, chunk))
    case .combine, .copyTotal: break
    }
  }

  /// Does what the messages of the current action were for.
  private func complete(_ lane: Int) {
    let chunk = lanes[lane].chunk
    switch actions(lanes[lane])[lanes[lane].action] {
    case .step(.exchange(let slot, _)), .step(.receiveAndCombine(let slot, _)):
      unpack(chunk.count, lane, into: arrived(lane))
      transport.add(arrived(lane), to: values(slot, chunk), count: chunk.count)
    case .step(.receiveTotal(let slot, _)):
      unpack(chunk.count, lane, into: values(slot, chunk))
    case .step(.combine(let source, let target)):
      transport.add(values(source, chunk), to: values(target, chunk), count: chunk.count)
    case .step(.copyTotal(let source, let target)):
      values(target, chunk).update(from: values(source, chunk), count: chunk.count)
    case .step(.send), .step(.sendTotal): break
    case .halve(let level, _):
      let (kept, _) = halves(chunk, level: level)
      unpack(kept.count, lane, into: arrived(lane))
      transport.add(arrived(lane), to: slots + kept.lowerBound, count: kept.count)
    case .restore(let level, _):
      let (_, given) = halves(chunk, level: level)
      unpack(given.count, lane, into: slots + given.lowerBound)
    }
  }

  private func values(_ slot: Int, _ chunk: Range<Int>) -> UnsafeMutablePointer<Float> {
    slots + slot * payload + chunk.lowerBound
  }

  /// The half that this rank adds up on a level, and the one that its peer does.
  private func halves(_ chunk: Range<Int>, level: Int) -> (kept: Range<Int>, given: Range<Int>) {
    var kept = chunk
    var given = chunk
    for step in plan.steps[...level] {
      guard case .exchange(_, let peer) = step else { continue }
      let middle = kept.lowerBound + kept.count / 2
      let (lower, upper) = (kept.lowerBound..<middle, middle..<kept.upperBound)
      (kept, given) = rank < peer ? (lower, upper) : (upper, lower)
    }
    return (kept, given)
  }

  // MARK: Messages

  private func send(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, to peer: Int, _ lane: Int
  ) throws(MPIError) {
    let tag = firstTag + lanes[lane].number
    guard transport == .bfloat16, let packed = packed.baseAddress else {
      return try messages.send(values, count: count, to: peer, tag: tag, lane: lane)
    }
    let outgoing = packed + 2 * lane * form.chunk
    BrainFloat.pack(values, count: count, into: outgoing)
    try messages.send(outgoing, count: count, to: peer, tag: tag, lane: lane)
  }

  /// - Parameter values: Where the floats belong; nil for memory of the lane.
  private func receive(
    _ count: Int, from peer: Int, _ lane: Int, into values: UnsafeMutablePointer<Float>?
  ) throws(MPIError) {
    let tag = firstTag + lanes[lane].number
    guard transport == .bfloat16, let packed = packed.baseAddress else {
      return try messages.receive(
        into: values ?? arrived(lane), count: count, from: peer, tag: tag, lane: lane)
    }
    try messages.receive(
      into: packed + (2 * lane + 1) * form.chunk, count: count, from: peer, tag: tag, lane: lane)
  }

  private func arrived(_ lane: Int) -> UnsafeMutablePointer<Float> {
    arrivals.start + lane * form.chunk
  }

  /// Makes floats of what has arrived packed.
  private func unpack(_ count: Int, _ lane: Int, into values: UnsafeMutablePointer<Float>) {
    guard transport == .bfloat16, let packed = packed.baseAddress else { return }
    BrainFloat.unpack(packed + (2 * lane + 1) * form.chunk, count: count, into: values)
  }
}
