import MPI
import Tensors

/// A way to sum floats over all ranks, in place.
enum ExchangeSum: CaseIterable {
  /// The fixed tree, whose bits do not depend on the number of ranks: what training uses.
  case tree
  /// `MPI_Allreduce`.
  case library

  /// Sums `values`.
  ///
  /// - Parameters:
  ///   - plan: The tree of one micro-batch a rank.
  ///   - scratch: At least as many elements; overwritten.
  func run(
    _ values: UnsafeMutableBufferPointer<Float>, plan: ReductionPlan,
    scratch: UnsafeMutableBufferPointer<Float>, over communicator: Communicator
  ) throws(MPIError) {
    switch self {
    case .tree:
      try TreeReduction(plan, over: communicator)
        .sum(values, payload: values.count, scratch: scratch)
    case .library: try communicator.sumInAnyOrder(values)
    }
  }
}
