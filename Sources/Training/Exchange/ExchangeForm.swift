import Boundary
import Kernels
import MPI
import Tensors

/// How gradients are cut and carried between these ranks, and how fast that goes.
package struct ExchangeForm {
  package let form: PipelinedSum.Form
  /// What a float takes on its way through the tree when nothing else is on the way, in seconds;
  /// zero on a single rank.
  private(set) var secondsPerFloat = 0.0

  /// Chunks under way at a time: one on the wire, one being added, and some whose peer is late.
  private static let lanes = 8
  /// Bytes of the sum that forms are measured by: a few chunks of the largest size.
  private static let measuredBytes = 4 << 20
  private static let repetitions = 3
  /// How much longer than the fastest form one with smaller chunks may take.
  private static let tolerance = 1.15

  /// The form that a configuration asks for, or one that is as good as the fastest.
  ///
  /// Called by all ranks, which agree on the answer. Each form is measured by four sums of 4 MiB;
  /// no choice changes any bits.
  /// - Parameters:
  ///   - microBatchCount: Micro-batches of a round: unequal runs of them take other ways.
  ///   - advance: Called whenever messages have arrived, for whoever watches.
  /// - Throws: If the library refuses or loses a rank; where the system has not the memory.
  package init(
    _ configuration: ExchangeConfiguration, measuring communicator: Communicator,
    microBatchCount: Int, advance: () -> Void = {}
  ) throws(TrainingError) {
    let float = MemoryLayout<Float>.stride
    let chunks = configuration.chunkBytes.map { [$0] } ?? [60 << 10, 240 << 10, 960 << 10]
    let plan = ReductionPlan(
      partition: MicroBatchPartition(
        microBatchCount: microBatchCount, rankCount: communicator.size),
      rank: communicator.rank)
    // Two ranks have the same traffic either way, and fewer messages with whole chunks; unequal
    // runs of micro-batches cannot be halved.
    let canHalve = communicator.size > 2 && plan.isRecursiveDoubling
    let wholes = configuration.wholeBytes.map { [$0] } ?? (canHalve ? [0, .max] : [.max])
    let forms = chunks.flatMap { chunk in
      wholes.map {
        PipelinedSum.Form(chunk: chunk / float, largestWhole: $0 / float, lanes: Self.lanes)
      }
    }
    guard communicator.size > 1 else {
      form = forms[0]
      return
    }
    let count = Self.measuredBytes / float
    // A rank without the memory must say so before the others wait for it.
    let (values, sums) = try TrainingGroup(communicator).agreed { () throws(TrainingError) in
      do throws(MemoryShortage) {
        let values = try FloatBuffer(count: plan.subtrees.count * count)
        let sums = try forms.map { form throws(MemoryShortage) in
          try PipelinedSum(
            values.start, payload: count, plan: plan, over: communicator, form: form,
            transport: configuration.transport)
        }
        return (values, sums)
      } catch { throw TrainingError(error) }
    }
    defer { withExtendedLifetime(values) {} }
    var seconds: [Double] = []
    do throws(MPIError) {
      for sum in sums { seconds.append(try Self.measure(sum, communicator, advance)) }
    } catch { throw TrainingError(error) }
    // In the order of their chunks: small ones fit between two exchanges of statistics.
    let fastest = seconds.min() ?? 0
    let chosen = seconds.firstIndex { $0 <= fastest * Self.tolerance } ?? 0
    form = forms[chosen]
    secondsPerFloat = seconds[chosen] / Double(count)
  }

  /// The shortest time of some sums, in seconds.
  private static func measure(
    _ sum: PipelinedSum, _ communicator: Communicator, _ advance: () -> Void
  ) throws(MPIError) -> Double {
    var shortest = Duration.seconds(Int64.max)
    for _ in 0...repetitions {
      try communicator.barrier()
      let start = ContinuousClock.now
      sum.begin()
      try sum.finish(advance: advance)
      // A sum takes as long as on the rank that is the last to have it.
      let longest = try communicator.allGather([.now - start] as [Duration]).max()
      shortest = min(shortest, longest ?? shortest)
    }
    return shortest / .seconds(1)
  }

  /// How gradients travel, for a log.
  var summary: String {
    let float = MemoryLayout<Float>.stride
    let rate = secondsPerFloat > 0 ? Double(float) / secondsPerFloat * 1e-6 : 0
    return "gradients travel in chunks of \(form.chunk * float) bytes, "
      + (form.chunk > form.largestWhole ? "in halves" : "whole")
      + (rate > 0 ? ", at \(Int(rate)) MB/s when nothing else does" : "")
  }
}
