import Foundation
import Synchronization

/// Watches over the ranks of a job: notices within seconds that one is lost or stuck, says so, and
/// ends the job, whatever the thread that works is waiting for.
///
/// Each rank has a connection to rank 0 and sends its state twice a second. A connection that ends
/// without a farewell is a lost process; one whose host does not answer any more, as the kernels
/// find out between them, is a lost host; and where no progress is seen for the deadline, the rank
/// to blame is stuck. One process speaks: rank 0 or, where it is rank 0 that is lost or stuck, the
/// deputy, the first rank on another host. It writes a line to standard error and the file of the
/// ``Verdict``; all others end silently.
public final class Watch: Sendable {
  /// How a rank ends by itself.
  public enum Farewell: Sendable {
    /// With all others.
    case done
    /// Alone: it will say why and end the others with this exit code.
    case failed(code: Int32)
  }

  /// What is watched.
  public let activity: Activity
  /// Where this rank tells about itself.
  package let log: RankLog
  /// Whether rank 0 can be reached; a rank that cannot reach it watches over itself alone.
  package let isConnected: Bool
  /// All processes of the job.
  package let members: [Member]
  private let orders: WatchOrders

  /// Starts to watch.
  ///
  /// - Parameters:
  ///   - rank: Number of this process among `members`.
  ///   - members: All processes of the job, of which the first has the meeting point of `listener`.
  ///   - listener: Given by rank 0 of several.
  ///   - folder: That of the run, for the verdict.
  package init(
    rank: Int, members: [Member], listener: Listener?, activity: Activity, log: RankLog,
    folder: String, timing: WatchTiming, outlet: WatchOutlet = .process
  ) {
    self.activity = activity
    self.log = log
    self.members = members
    orders = WatchOrders()
    var timing = timing
    timing.adapt(toRanks: members.count)
    let connection = rank > 0 ? Self.connect(rank: rank, members, timing) : nil
    isConnected = rank == 0 || connection != nil
    connection?.expectAnswers(within: timing.silenceOfFirstHost)
    // Each connection belongs to the thread from here on.
    nonisolated(unsafe) let loop = WatchLoop(
      rank: rank, members: members, listener: listener, connection: connection,
      activity: activity, log: log, verdictPath: Verdict.path(inFolder: folder), timing: timing,
      outlet: outlet, orders: orders)
    let thread = Thread { loop.run() }
    thread.name = "watch"
    thread.start()
  }

  deinit { orders.stop() }

  private static func connect(
    rank: Int, _ members: [Member], _ timing: WatchTiming
  ) -> Connection? {
    guard let point = members[0].meetingPoint else { return nil }
    for address in point.candidates(isSameHost: members[0].host == members[rank].host) {
      if let connection = Connection(
        to: address, of: point, rank: rank, seconds: timing.connecting)
      {
        return connection
      }
    }
    return nil
  }

  /// Seconds until a watch has told of a lost host, with a second to spare.
  private static let longestNotice = 6.0

  /// Tells the others that this rank ends, so that nobody takes it for lost; watches no longer.
  public func end(_ farewell: Farewell) { orders.end(farewell) }

  /// Gives the watch the first word after an error in talking to other ranks, which is what the loss
  /// of one looks like; returns when it has nothing to say.
  public func waitForVerdict() {
    if members.count > 1 { Thread.sleep(forTimeInterval: Self.longestNotice) }
  }
}
