internal import CMPI

extension Communicator {
  /// Adds up numbers over all ranks, in place, by the library's own collective.
  ///
  /// The library promises no order of the additions. That is right for integers; with floats it is
  /// what ``TreeReduction`` is held against, and nothing that trains may use it.
  ///
  /// - Throws: If the library refuses or loses a rank.
  package func sumInAnyOrder<Scalar: MPIScalar>(
    _ values: UnsafeMutableBufferPointer<Scalar>
  ) throws(MPIError) {
    for start in stride(from: 0, to: values.count, by: largestMessage) {
      let piece = values.piece(from: start, limit: largestMessage)
      try check(
        "MPI_Allreduce",
        MPI_Allreduce(
          CMPIInPlace(), piece.address, piece.count, Scalar.datatype, CMPISum(), handle))
    }
  }
}
