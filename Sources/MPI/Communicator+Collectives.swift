internal import CMPI

extension Communicator {
  /// Waits until all ranks are here.
  ///
  /// - Throws: If the library loses a rank.
  public func barrier() throws(MPIError) {
    try check("MPI_Barrier", MPI_Barrier(handle))
  }

  /// Copies the `values` of `root` to all ranks, which give equally long buffers.
  ///
  /// - Throws: If the library refuses or loses a rank.
  public func broadcast<Scalar: MPIScalar>(
    _ values: UnsafeMutableBufferPointer<Scalar>, from root: Int
  ) throws(MPIError) {
    for start in stride(from: 0, to: values.count, by: largestMessage) {
      let piece = values.piece(from: start, limit: largestMessage)
      try check(
        "MPI_Bcast", MPI_Bcast(piece.address, piece.count, Scalar.datatype, CInt(root), handle))
    }
  }

  /// Collects the values of all ranks, in rank order, on every rank.
  ///
  /// - Parameters:
  ///   - values: This rank's part; equally long on all ranks.
  ///   - all: Receives `size · values.count` elements; does not overlap `values`.
  /// - Throws: If the library refuses or loses a rank.
  public func allGather<Scalar: MPIScalar>(
    _ values: UnsafeBufferPointer<Scalar>, into all: UnsafeMutableBufferPointer<Scalar>
  ) throws(MPIError) {
    precondition(
      all.count == size * values.count,
      "\(size) parts of \(values.count) elements do not make \(all.count)")
    if values.count <= largestMessage {
      let count = CInt(values.count)
      try check(
        "MPI_Allgather",
        MPI_Allgather(
          values.baseAddress, count, Scalar.datatype, all.baseAddress, count, Scalar.datatype,
          handle))
      return
    }
    // The parts of one message would not be adjacent in the result: one rank after the other.
    for root in 0..<size {
      let range = root * values.count..<(root + 1) * values.count
      let part = UnsafeMutableBufferPointer(rebasing: all[range])
      if root == rank { _ = part.update(fromContentsOf: values) }
      try broadcast(part, from: root)
    }
  }

  /// Collects the values of all ranks, in rank order, on every rank; they travel as bytes.
  ///
  /// - Parameter values: This rank's part; equally long on all ranks.
  /// - Throws: If the library refuses or loses a rank.
  public func allGather<Value: BitwiseCopyable>(_ values: [Value]) throws(MPIError) -> [Value] {
    guard let first = values.first else { return [] }
    var all = [Value](repeating: first, count: size * values.count)
    try values.withUnsafeBufferPointer { (part) throws(MPIError) in
      try all.withUnsafeMutableBufferPointer { (whole) throws(MPIError) in
        try allGather(
          UnsafeRawBufferPointer(part).assumingMemoryBound(to: UInt8.self),
          into: UnsafeMutableRawBufferPointer(whole).assumingMemoryBound(to: UInt8.self))
      }
    }
    return all
  }

  /// Adds up integers over all ranks, in place: the exact sum, on every rank.
  ///
  /// For floats, whose sum depends on the order, there is ``TreeReduction``.
  ///
  /// - Throws: If the library refuses or loses a rank.
  public func sum(_ values: UnsafeMutableBufferPointer<Int64>) throws(MPIError) {
    try sumInAnyOrder(values)
  }

  /// The sum of one integer over all ranks, on every rank.
  ///
  /// - Throws: If the library refuses or loses a rank.
  public func sum(_ value: Int) throws(MPIError) -> Int {
    var sum = Int64(value)
    try check(
      "MPI_Allreduce",
      MPI_Allreduce(CMPIInPlace(), &sum, 1, Int64.datatype, CMPISum(), handle))
    return Int(sum)
  }

  /// Collects bytes, of any length on each rank, in rank order, on every rank.
  package func allGatherParts(_ bytes: [UInt8]) throws(MPIError) -> [[UInt8]] {
    let counts = try allGather([bytes.count])
    let longest = counts.max() ?? 0
    let all = try allGather(bytes + [UInt8](repeating: 0, count: longest - bytes.count))
    return counts.enumerated().map { rank, count in
      Array(all[rank * longest..<rank * longest + count])
    }
  }
}
