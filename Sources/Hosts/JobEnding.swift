import Supervision

/// How a job ended: its exit code, and whether it can go on from its newest checkpoint.
public struct JobEnding: Sendable, Equatable {
  /// What the whole job is to end with.
  public let code: Int32
  /// One line about the reason; `nil` where the ranks have told it.
  public let reason: String?
  /// A host that is not to be used again unless it answers.
  public let lostHost: String?
  /// The rank that is to blame, where it ran and in which step; `nil` where that is not known. The
  /// same twice in a row is no accident.
  public let blamed: String?
  /// Whether starting again can help.
  public let isRestartable: Bool

  /// What `mpirun` returns when it loses the daemon on another host: its error -51, as a byte.
  static let lostDaemon: Int32 = 205

  /// SIGHUP, SIGINT, SIGUSR1 and SIGTERM.
  private static let stopSignals: Set<Int32> = [1, 2, 10, 15]

  /// Judges the end of a job.
  ///
  /// - Parameters:
  ///   - status: Exit code of the launcher.
  ///   - verdict: What the ranks found out about a lost or stuck one; it is the reason for the end,
  ///     whatever the launcher makes of it.
  ///   - stop: Signal that asked the job to stop.
  ///   - isFinished: Whether the run has left its summary. `srun` returns 0, too, when it could not
  ///     start any rank.
  package init(status: Int32, verdict: Verdict?, stop: Int32?, isFinished: Bool) {
    blamed = verdict.map { "rank \($0.rank) on \($0.host) in step \($0.step)" }
    if let verdict {
      code = verdict.code.rawValue
      reason = verdict.message
      lostHost = verdict.unreachable ? verdict.host : nil
      isRestartable = stop == nil
    } else if let stop, status != 0, !(2...7).contains(status) {
      // Launchers have codes of their own for a job that was asked to end.
      code = 128 + (stop == 2 ? 2 : 15)
      reason = nil
      lostHost = nil
      isRestartable = false
    } else if status == Self.lostDaemon || (status == 0 && !isFinished && stop == nil) {
      code = 4
      reason =
        status == 0 ? "the launcher ended before the run did" : "a host no longer answers"
      lostHost = nil
      isRestartable = true
    } else {
      // Ranks that die of a signal to stop have not begun yet, or they would have saved.
      let isStop = Self.stopSignals.contains(status - 128)
      let isSignal = status > 128 && !isStop
      code = isSignal ? 4 : isStop && status != 130 ? 143 : status
      reason = isSignal ? "a rank died of signal \(status - 128)" : nil
      lostHost = nil
      isRestartable = stop == nil && (isSignal || status == 4 || status == 5)
    }
  }
}
