import Boundary
import Foundation
import Synchronization

/// Ends this process where the ranks of a job do not meet, or do not part, in time.
///
/// MPI waits for ever for a process that is stopped before the ranks watch over each other, or
/// after they have taken leave.
package final class Countdown: Sendable {
  private let isStopped = Atomic(false)

  /// Begins to count.
  ///
  /// - Parameters:
  ///   - seconds: Time awake, after which the process ends with the code of a stuck rank; never
  ///     where it is 0.
  ///   - rank: Number of this process in its job. Rank 0 speaks first, and ends the others by that.
  ///   - what: What is waited for, as in "has waited 9 s for …".
  ///   - outlet: What is told, and how the process ends.
  package init(seconds: Double, rank: Int, for what: String, outlet: WatchOutlet) {
    guard seconds > 0 else { return }
    // mpirun needs seconds to end the others on many hosts.
    let limit = seconds + (rank > 0 ? 4 + 0.1 * Double(min(rank, 50)) : 0)
    let host = ProcessInfo.processInfo.hostName
    let thread = Thread { [self] in
      var time = 0.0
      var last = MonotonicTime.nanoseconds
      while time < limit {
        Thread.sleep(forTimeInterval: Self.slice)
        if isStopped.load(ordering: .relaxed) { return }
        let now = MonotonicTime.nanoseconds
        // A process that was stopped has not waited meanwhile.
        time += min(1e-9 * Double(now - last), 2 * Self.slice)
        last = now
      }
      outlet.say(
        "rank \(rank) (pid \(getpid()) on host \(host)) has waited \(Int(time)) s for \(what)")
      outlet.exit(Verdict.Code.stuck.rawValue)
    }
    thread.name = "countdown"
    thread.start()
  }

  private static let slice = 0.1

  /// What was waited for has happened.
  package func stop() { isStopped.store(true, ordering: .relaxed) }
}
