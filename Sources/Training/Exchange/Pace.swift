import MPI

/// How the ranks compare since the last line of the log.
public struct Pace: Sendable {
  /// The rank that computed longest.
  public let slowestRank: Int
  /// Its host.
  public let slowestHost: String
  /// How much longer than the median it computed: 0.1 is 10 %.
  public let excess: Double
  /// The longest share of the time that a rank waited for images, which the mean hides.
  public let longestWaiting: Double

  /// Above this excess people are told: below, it is noise.
  static let notableExcess = 0.1

  /// What is said of the slowest rank, if it is worth it.
  public var notice: String? {
    guard excess > Self.notableExcess else { return nil }
    return "slowest rank \(slowestRank) on \(slowestHost) +\(Int((100 * excess).rounded())) %"
  }
}

extension Pace {
  /// Compares the ranks; called by all of them.
  ///
  /// - Parameters:
  ///   - hosts: That of each rank.
  ///   - computing: Seconds that this rank computed.
  ///   - waiting: Share of the time that it waited for images.
  /// - Returns: Nil for a rank alone.
  init?(
    of group: TrainingGroup, on hosts: [String], computing: Double, waiting: Double
  ) throws(TrainingError) {
    guard group.size > 1 else { return nil }
    let all = try group.exchange { communicator throws(MPIError) in
      try communicator.allGather([SIMD2(computing, waiting)])
    }
    let times = all.enumerated().map { (rank: $0, seconds: $1.x) }
    let sorted = times.sorted { ($0.seconds, $1.rank) < ($1.seconds, $0.rank) }
    // Of an even number the lower one of the middle: of two ranks, the faster.
    let median = sorted[(sorted.count - 1) / 2].seconds
    let slowest = sorted[sorted.count - 1]
    slowestRank = slowest.rank
    slowestHost = hosts[slowest.rank]
    excess = slowest.seconds / max(median, 1e-9) - 1
    longestWaiting = all.map(\.y).max() ?? 0
  }
}
