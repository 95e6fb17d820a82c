import MPI
import Tensors

/// The sum of one value of every rank, in place, in the way of training or of the library.
protocol ExchangeSum: AnyObject {
  /// Makes the value what this rank contributes.
  func begin(rank: Int)
  /// Sums by the fixed tree, whose bits do not depend on the number of ranks.
  func sumInTree() throws(MPIError)
  /// Sums by `MPI_Allreduce`.
  func sumByLibrary() throws(MPIError)
  /// Elements that are not the sum of all ranks.
  func wrongCount(_ pattern: SumPattern) -> Int
}

/// A small value of doubles, summed in one piece like batch-norm statistics.
final class StatisticsSum: ExchangeSum {
  private let values: UnsafeMutableBufferPointer<Double>
  private let scratch: UnsafeMutableBufferPointer<Double>
  private let communicator: Communicator
  private let reduction: TreeReduction

  /// - Parameter plan: The tree of one micro-batch a rank.
  init(bytes: Int, plan: ReductionPlan, over communicator: Communicator) {
    let count = bytes / MemoryLayout<Double>.stride
    values = .allocate(capacity: count)
    scratch = .allocate(capacity: count)
    values.initialize(repeating: 0)
    scratch.initialize(repeating: 0)
    self.communicator = communicator
    reduction = TreeReduction(plan, over: communicator)
  }

  deinit {
    values.deallocate()
    scratch.deallocate()
  }

  func begin(rank: Int) {
    for i in values.indices { values[i] = Double(SumPattern.value(rank: rank, element: i)) }
  }

  func sumInTree() throws(MPIError) {
    try reduction.reduce(values, payload: values.count, scratch: scratch) { into, from, count in
      for i in 0..<count { into[i] += from[i] }
    }
  }

  func sumByLibrary() throws(MPIError) { try communicator.sumInAnyOrder(values) }

  func wrongCount(_ pattern: SumPattern) -> Int {
    pattern.wrongCount(values.map { Float($0) })
  }
}

/// A large value of floats, summed in chunks like gradients.
final class GradientSum: ExchangeSum {
  private let values: FloatBuffer
  private let communicator: Communicator
  private let chunks: PipelinedSum

  /// - Parameter plan: The tree of one micro-batch a rank.
  init(
    bytes: Int, plan: ReductionPlan, form: PipelinedSum.Form, over communicator: Communicator
  ) throws(MemoryShortage) {
    values = try FloatBuffer(count: bytes / MemoryLayout<Float>.stride)
    self.communicator = communicator
    chunks = try PipelinedSum(
      values.start, payload: values.count, plan: plan, over: communicator, form: form)
  }

  func begin(rank: Int) {
    for i in 0..<values.count { values.start[i] = SumPattern.value(rank: rank, element: i) }
  }

  func sumInTree() throws(MPIError) {
    chunks.begin()
    try chunks.finish()
  }

  func sumByLibrary() throws(MPIError) { try communicator.sumInAnyOrder(values.values) }

  func wrongCount(_ pattern: SumPattern) -> Int { pattern.wrongCount(values.values) }
}
