import MPI

extension Communicator {
  /// Collects bytes, of any length on each rank, in rank order, on every rank.
  func gather(_ bytes: [UInt8]) throws(MPIError) -> [[UInt8]] {
    if size == 1 { return [bytes] }
    var counts = [Int64](repeating: 0, count: size)
    try allGather([Int64(bytes.count)], into: &counts)
    let longest = Int(counts.max() ?? 0)
    let padded = bytes + [UInt8](repeating: 0, count: longest - bytes.count)
    var all = [UInt8](repeating: 0, count: size * longest)
    try allGather(padded, into: &all)
    return counts.enumerated().map { rank, count in
      Array(all[rank * longest..<rank * longest + Int(count)])
    }
  }

  /// Collects `values` of all ranks in rank order on every rank.
  private func allGather<Scalar: MPIScalar>(
    _ values: [Scalar], into all: inout [Scalar]
  ) throws(MPIError) {
    let failure = values.withUnsafeBufferPointer { part in
      all.withUnsafeMutableBufferPointer { whole -> MPIError? in
        do throws(MPIError) {
          try allGather(part, into: whole)
          return nil
        } catch { return error }
      }
    }
    if let failure { throw failure }
  }
}
