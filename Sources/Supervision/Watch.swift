import Boundary
import Foundation
import Synchronization

/// Watches over the ranks of a job: notices within seconds that one is lost or stuck, says so, and
/// ends the job, whatever the thread that works is waiting for.
///
/// Each rank has a connection to rank 0 and sends its state twice a second. Both ends know the key
/// of the job and believe nothing that was not said with it. A connection that ends without a
/// farewell is a lost process; one whose host does not answer any more, as the kernels find out
/// between them, is a lost host; and where no progress is seen for the deadline, the rank to blame
/// is stuck. One process speaks: rank 0 or, where it is rank 0 that is lost or stuck, the deputy,
/// the first rank on another host. It writes a line to standard error and the file of the
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
  private let judgesStops: Bool

  /// Starts to watch.
  ///
  /// - Parameters:
  ///   - rank: Number of this process among `members`.
  ///   - members: All processes of the job, of which the first has the meeting point of `listener`.
  ///   - listener: Given by rank 0 of several.
  ///   - folder: That of the run, for the verdict.
  package init(
    rank: Int, members: [Member], listener: Listener?, activity: Activity, log: RankLog,
    folder: String, timing: WatchTiming, outlet: WatchOutlet
  ) {
    self.activity = activity
    self.log = log
    self.members = members
    orders = WatchOrders()
    judgesStops = timing.deadline > 0 && members.count > 1
    var timing = timing
    timing.adapt(toRanks: members.count)
    let connection = rank > 0 ? Self.connect(rank: rank, members, timing) : nil
    isConnected = rank == 0 || connection != nil
    connection?.expectAnswers(within: timing.silenceOfFirstHost)
    // Only this proves to rank 0 that the greeting was no echo of an earlier one.
    connection?.send(Message(.heartbeat, rank: rank, Pulse(activity, resident: Pulse.ownResident)))
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

  /// Tries until rank 0 has answered or time is over: others may be in the way.
  private static func connect(
    rank: Int, _ members: [Member], _ timing: WatchTiming
  ) -> Connection? {
    guard let point = members[0].meetingPoint else { return nil }
    func time(in seconds: Double) -> UInt64 { MonotonicTime.nanoseconds + UInt64(1e9 * seconds) }
    let end = time(in: timing.connecting)
    let candidates = point.candidates(isSameHost: members[0].host == members[rank].host)
    while true {
      var mayAnswer = false
      for address in candidates {
        let deadline = min(end, time(in: timing.answering / 2))
        switch StreamSocket.connect(to: address, port: point.port, until: deadline) {
        case .refused: break
        case .failed: mayAnswer = true
        case .connected(let socket):
          mayAnswer = true
          if let connection = Connection(
            greetingOver: socket, point.key, rank: rank, ranks: members.count,
            until: min(end, time(in: timing.answering)))
          {
            return connection
          }
        }
      }
      guard mayAnswer, MonotonicTime.nanoseconds < end else { return nil }
      Thread.sleep(forTimeInterval: .random(in: pauseBetweenAttempts))
    }
  }

  /// Seconds; of different length, so that many ranks do not try at the same time.
  private static let pauseBetweenAttempts = 0.01...0.05

  /// Notes that no rank will connect any more: all have, or cannot.
  package func noteMeeting() { orders.noteMeeting() }

  /// Seconds until a watch has told of a lost host, with a second to spare.
  private static let longestNotice = 6.0

  /// Tells the others that this rank ends, so that nobody takes it for lost; watches no longer.
  public func end(_ farewell: Farewell) { orders.end(farewell) }

  /// What is left to do is to end, together: from here on nobody's stop keeps the others waiting.
  ///
  /// Before the ranks take leave of each other, or one could be stopped unprotected and unwatched.
  public func prepareToEnd() {
    if judgesStops { StopProtection.begin() }
  }

  /// Gives the watch the first word after an error in talking to other ranks, which is what the
  /// loss of one looks like; returns when it has nothing to say.
  public func waitForVerdict() {
    if members.count > 1 { Thread.sleep(forTimeInterval: Self.longestNotice) }
  }
}
