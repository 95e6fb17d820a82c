import MPI
import Tensors

/// Messages of growing size between ranks, timed: what links are calibrated with.
package struct LinkSweep: Sendable, Codable {
  /// Messages of one size, both ways at once.
  package struct Sample: Sendable, Codable {
    package let bytes: Int
    /// Median of the slowest pair's time.
    package let seconds: Double
  }

  /// Neighbours on a host, all pairs at once as in the tree; empty where each host has one rank.
  package var within: [Sample] = []
  /// One pair of ranks for each two hosts; empty on one host.
  package var between: [Sample] = []
  /// γ: seconds to add a byte to another, from memory.
  package var secondsPerByteAdded = 0.0

  private static let sizes = (0...10).map { 8 << (2 * $0) }
  /// Memory that large messages go through, and the smallest of those.
  private static let memory = 64 << 20
  private static let smallestFromMemory = 128 << 10
  /// Seconds for each size.
  private static let budget = 0.05

  package init(_ hosts: HostMap, _ communicator: Communicator) throws(MPIError) {
    let places = hosts.places.map(\.host)
    var partners = [Int?](repeating: nil, count: places.count)
    var firsts: [Int] = []
    for host in hosts.hosts {
      let ranks = places.indices.filter { places[$0] == host }
      firsts.append(ranks[0])
      Self.pair(ranks, &partners)
    }
    within = try Self.sweep(partners, communicator)
    var across = [Int?](repeating: nil, count: places.count)
    Self.pair(firsts, &across)
    between = try Self.sweep(across, communicator)
    secondsPerByteAdded = Self.addition()
  }

  private static func pair(_ ranks: [Int], _ partners: inout [Int?]) {
    for index in stride(from: 1, to: ranks.count, by: 2) {
      partners[ranks[index]] = ranks[index - 1]
      partners[ranks[index - 1]] = ranks[index]
    }
  }

  private static func sweep(
    _ partners: [Int?], _ communicator: Communicator
  ) throws(MPIError) -> [Sample] {
    if partners.allSatisfy({ $0 == nil }) { return [] }
    let room = memory / MemoryLayout<Float>.stride
    let (sent, received) = (FloatBuffer.assured(count: room), FloatBuffer.assured(count: room))
    sent.values.update(repeating: 1)
    received.values.update(repeating: 1)
    var samples: [Sample] = []
    for bytes in sizes {
      let count = bytes / MemoryLayout<Float>.stride
      // Statistics were computed just now; gradients come from memory, so no message repeats them.
      let places = bytes < smallestFromMemory ? 1 : room / count
      var place = 0
      func message() throws(MPIError) -> Double {
        guard let partner = partners[communicator.rank] else { return 0 }
        let first = place * count
        place = (place + 1) % places
        let start = ContinuousClock.now
        try communicator.exchange(
          sending: UnsafeBufferPointer(start: sent.start + first, count: count),
          receiving: UnsafeMutableBufferPointer(start: received.start + first, count: count),
          peer: partner)
        return (ContinuousClock.now - start) / .seconds(1)
      }
      try communicator.barrier()
      _ = try message()
      let once = try communicator.allGather([message()]).max() ?? 0
      let repetitions = Int(min(max(budget / max(once, 1e-9), 5), 2_000))
      try communicator.barrier()
      var seconds: [Double] = []
      for _ in 0..<repetitions { seconds.append(try message()) }
      let slowest = try communicator.allGather([seconds.median]).max() ?? 0
      samples.append(Sample(bytes: bytes, seconds: slowest))
    }
    return samples
  }

  private static func addition() -> Double {
    let count = 4 << 20
    let (into, from) = (FloatBuffer.assured(count: count), FloatBuffer.assured(count: count))
    from.values.update(repeating: 1)
    let seconds = (0..<5).map { _ in
      MachineRates.seconds { for i in 0..<count { into.start[i] += from.start[i] } }
    }
    return seconds.median / Double(count * MemoryLayout<Float>.stride)
  }
}
