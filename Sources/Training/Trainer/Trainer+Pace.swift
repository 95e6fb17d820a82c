import Foundation
import MPI
import Supervision

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

extension Trainer {
  /// Compares the ranks; called by all of them.
  ///
  /// - Parameters:
  ///   - computing: Seconds that this rank computed.
  ///   - waiting: Seconds that it waited for images.
  ///   - seconds: Duration of those steps.
  /// - Returns: Nothing for a rank alone.
  func pace(
    computing: Double, waiting: Double, seconds: Double
  ) throws(TrainingError) -> Pace? {
    guard communicator.size > 1, let members = watch?.members else { return nil }
    let all: [Double]
    do throws(MPIError) {
      all = try activity.exchange { () throws(MPIError) in
        try communicator.allGather([computing, waiting / max(seconds, 1e-9)])
      }
    } catch { throw TrainingError(error) }
    let times = stride(from: 0, to: all.count, by: 2).map { (rank: $0 / 2, seconds: all[$0]) }
    let sorted = times.sorted { ($0.seconds, $1.rank) < ($1.seconds, $0.rank) }
    // Of an even number the lower one of the middle: of two ranks, the faster.
    let median = sorted[(sorted.count - 1) / 2].seconds
    let slowest = sorted[sorted.count - 1]
    return Pace(
      slowestRank: slowest.rank, slowestHost: members[slowest.rank].host,
      excess: slowest.seconds / max(median, 1e-9) - 1,
      longestWaiting: stride(from: 1, to: all.count, by: 2).map { all[$0] }.max() ?? 0)
  }
}
