import Kernels
public import MPI
import Tensors

extension PipelinedSum.Form {
  /// Chunks under way at a time: one on the wire, one being added, and some whose peer is late.
  private static let lanes = 4
  /// Bytes of the sum that forms are measured by: a few chunks of the largest size.
  private static let measuredBytes = 4 << 20
  private static let repetitions = 3

  /// The form that a configuration asks for, or the fastest on the way between these ranks.
  ///
  /// Called by all ranks, which agree on the answer. Measuring takes as long as some 30 exchanges of
  /// 4 MiB; no choice changes any bits.
  /// - Throws: If the library refuses or loses a rank.
  public init(
    _ configuration: ExchangeConfiguration, measuring communicator: Communicator
  ) throws(MPIError) {
    let float = MemoryLayout<Float>.stride
    let chunks = configuration.chunkBytes.map { [$0] } ?? [1 << 16, 1 << 18, 1 << 20]
    // Two ranks have the same traffic either way, and fewer messages with whole chunks.
    let wholes =
      configuration.wholeBytes.map { [$0] } ?? (communicator.size <= 2 ? [.max] : [0, .max])
    let forms = chunks.flatMap { chunk in
      wholes.map { Self(chunk: chunk / float, largestWhole: $0 / float, lanes: Self.lanes) }
    }
    self = forms[0]
    guard communicator.size > 1, forms.count > 1 else { return }
    let plan = ReductionPlan(
      partition: MicroBatchPartition(
        microBatchCount: communicator.size, rankCount: communicator.size),
      rank: communicator.rank)
    let count = Self.measuredBytes / float
    let values = FloatBuffer(count: plan.subtrees.count * count)
    var best = Duration.seconds(Int64.max)
    for form in forms {
      let sum = PipelinedSum(
        values.start, payload: count, plan: plan, over: communicator, form: form)
      var shortest = Duration.seconds(Int64.max)
      for _ in 0...Self.repetitions {
        try communicator.barrier()
        let start = ContinuousClock.now
        sum.begin()
        try sum.finish()
        // A sum takes as long as on the rank that is the last to have it.
        let longest = try communicator.allGather([.now - start] as [Duration]).max()
        shortest = min(shortest, longest ?? shortest)
      }
      if shortest < best { (best, self) = (shortest, form) }
    }
  }
}
