extension Communicator {
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
