package import Supervision

/// How a job ended: its exit code, and whether it can go on from its newest checkpoint.
package struct JobEnding: Sendable, Equatable {
  /// What the whole job is to end with.
  package let code: Int32
  /// One line about the reason; `nil` where it is not known here, because the ranks have told it.
  package let reason: String?
  /// Whether the ranks have told the reason as well: on standard error it would be the second time.
  package let isTold: Bool
  /// A host that is not to be used again unless it answers.
  package let lostHost: String?
  /// The rank that is to blame, where it ran and in which step; `nil` where that is not known. The
  /// same twice in a row is no accident.
  package let blamed: String?
  /// Whether starting again can help.
  package let isRestartable: Bool

  /// What `mpirun` returns when it loses the daemon on another host: its error -51, as a byte.
  static let lostDaemon: Int32 = 205

  /// Numbers of signals; launchers have codes of their own above 128 and these.
  private static let signals: ClosedRange<Int32> = 1...64

  /// SIGHUP, SIGINT, SIGUSR1 and SIGTERM.
  private static let stopSignals: Set<Int32> = [1, 2, 10, 15]

  /// Judges the end of a job.
  ///
  /// - Parameters:
  ///   - status: Exit code of the launcher.
  ///   - wasEnded: Whether the launcher did not end by itself: then what its ranks left counts.
  ///   - fatalSignal: Signal that the launcher itself died of, whatever its ranks made of that.
  ///   - ending: The code that the ranks have agreed on and left; `nil` where they left none.
  ///   - verdict: What the ranks found out about a lost or stuck one; it is the reason for the end,
  ///     whatever the launcher makes of it.
  ///   - stop: Signal that asked the job to stop.
  ///   - isFinished: Whether the run has left its summary. `srun` returns 0, too, when it could not
  ///     start any rank.
  package init(
    status: Int32, wasEnded: Bool = false, fatalSignal: Int32? = nil, ending: Int32?,
    verdict: Verdict?, stop: Int32?, isFinished: Bool
  ) {
    let verdict = fatalSignal == nil ? verdict : nil
    // A launcher that fails itself says 1 as well, but then there is no word of the ranks.
    let status = wasEnded || status == 0 || status == 1 ? ending ?? status : status
    let isLaunched = status != 1 || ending != nil
    blamed = verdict.map { "rank \($0.rank) on \($0.host) in step \($0.step)" }
    // Where rank 0 is cut off, one on another host has the word, which may not arrive.
    isTold = verdict.map { $0.rank > 0 || !$0.unreachable } ?? false
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
      let isSignal = Self.signals.contains(status - 128) && !isStop
      let isOfRanks = isLaunched && (0...7).contains(status) || isStop
      code = !isOfRanks ? 4 : isStop && status != 130 ? 143 : status
      reason =
        isSignal
        ? "\(fatalSignal == nil ? "a rank" : "the launcher") died of signal \(status - 128)"
        : isOfRanks ? nil : "the launcher could not start the ranks or hold them (code \(status))"
      lostHost = nil
      isRestartable = stop == nil && (code == 4 || code == 5)
    }
  }
}
