import MPI
import Tensors

/// Ways to sum floats over all ranks, in place: that of training, and that of the library.
struct ExchangeSum {
  enum Way: CaseIterable {
    /// The fixed tree, whose bits do not depend on the number of ranks: in one piece as statistics
    /// are summed, or in chunks like gradients.
    case tree
    /// `MPI_Allreduce`.
    case library
  }

  /// Bytes from which on a value travels in chunks. Statistics are smaller, gradients larger.
  private static let smallestInChunks = 64 << 10

  private let values: UnsafeMutableBufferPointer<Float>
  private let scratch: FloatBuffer
  private let communicator: Communicator
  private let reduction: TreeReduction
  private let chunks: PipelinedSum?

  /// A sum of `values`, in the tree of one micro-batch a rank.
  init(
    _ values: UnsafeMutableBufferPointer<Float>, start: UnsafeMutablePointer<Float>,
    form: PipelinedSum.Form, over communicator: Communicator
  ) {
    self.values = values
    self.communicator = communicator
    let plan = ReductionPlan(
      partition: MicroBatchPartition(
        microBatchCount: communicator.size, rankCount: communicator.size),
      rank: communicator.rank)
    reduction = TreeReduction(plan, over: communicator)
    let isCut = values.count * MemoryLayout<Float>.stride >= Self.smallestInChunks
    scratch = FloatBuffer(count: isCut ? 0 : values.count)
    chunks =
      isCut
      ? PipelinedSum(start, payload: values.count, plan: plan, over: communicator, form: form) : nil
  }

  /// Sums the values.
  func run(_ way: Way) throws(MPIError) {
    switch way {
    case .tree:
      if let chunks {
        chunks.begin()
        try chunks.finish()
      } else {
        try reduction.sum(values, payload: values.count, scratch: scratch.values)
      }
    case .library: try communicator.sumInAnyOrder(values)
    }
  }
}
