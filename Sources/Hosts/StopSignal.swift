import Glibc
package import Supervision
import Synchronization

/// Signals that ask the program to save and stop: Ctrl-C, SIGTERM, the loss of the terminal, and
/// SIGUSR1, with which batch systems announce the end of the time allotted.
public enum StopSignal {
  /// All of them; where ranks received different ones, the first of them counts.
  package static let all = [SIGTERM, SIGUSR1, SIGHUP, SIGINT]

  /// The last one received, or 0. An atomic without locks is safe to write in a signal handler.
  private static let received = Atomic<Int32>(0)

  /// When the first one came, in seconds of the monotonic clock, or 0.
  private static let firstSecond = Atomic<Int>(0)

  /// Where the notice lies for the handler, which may not allocate, and its bytes.
  private static let noticeAddress = Atomic<UInt>(0)
  private static let noticeLength = Atomic<Int>(0)

  /// The open log that is told, too, or −1.
  private static let logDescriptor = Atomic<Int32>(-1)

  /// Notes the signals instead of dying of them; another one after more than a second ends the
  /// process at once. (`timeout` and launchers send the first one twice.)
  ///
  /// One that was ignored when the process began is ignored still: `nohup` wants it so, and shells
  /// do with Ctrl-C and what runs in their background.
  ///
  /// - Parameter notice: A line for standard error at the first SIGTERM, for where there may be no
  ///   time to say anything later.
  public static func watch(notice: String? = nil) {
    // A static is set up on first use, which must not be in the handler.
    received.store(0, ordering: .relaxed)
    firstSecond.store(0, ordering: .relaxed)
    logDescriptor.store(-1, ordering: .relaxed)
    let bytes = Array((notice.map { $0 + "\n" } ?? "").utf8)
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    copy.copyBytes(from: bytes)
    noticeAddress.store(copy.baseAddress.map { UInt(bitPattern: $0) } ?? 0, ordering: .relaxed)
    noticeLength.store(bytes.count, ordering: .relaxed)
    for number in all {
      guard !SignalDisposition.ignoredAtStart.contains(number) else {
        signal(number, SIG_IGN)
        continue
      }
      signal(number) { number in
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        // Two threads may handle two signals at the same time: one of them is the first.
        let (isFirst, first) = StopSignal.firstSecond.compareExchange(
          expected: 0, desired: now.tv_sec, ordering: .relaxed)
        if !isFirst, now.tv_sec - first > 1 { _exit(StopSignal.exitCode(number)) }
        if isFirst, number == SIGTERM {
          let notice = UnsafeRawPointer(
            bitPattern: StopSignal.noticeAddress.load(ordering: .relaxed))
          let length = StopSignal.noticeLength.load(ordering: .relaxed)
          _ = write(STDERR_FILENO, notice, length)
          let log = StopSignal.logDescriptor.load(ordering: .relaxed)
          if log >= 0 { _ = write(log, notice, length) }
        }
        StopSignal.received.store(number, ordering: .relaxed)
      }
    }
  }

  /// Has the notice written to a log, too: a launcher that ends may not pass on what ranks say.
  package static func copyNotice(to log: RankLog) {
    logDescriptor.store(log.descriptor, ordering: .relaxed)
  }

  /// Says nothing at a SIGTERM from now on: the job ends for another reason, and has nothing to
  /// save.
  @Sendable
  public static func withdrawNotice() { noticeLength.store(0, ordering: .relaxed) }

  /// The signal that arrived, if one did.
  package static var pending: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// What messages call a signal.
  package static func name(_ number: Int32) -> String {
    switch number {
    case SIGINT: "Ctrl-C"
    case SIGHUP: "SIGHUP"
    case SIGUSR1: "SIGUSR1"
    default: "SIGTERM"
    }
  }

  /// What a program ends with that a signal has stopped: all but Ctrl-C count as SIGTERM.
  package static func exitCode(_ number: Int32) -> Int32 {
    128 + (number == SIGINT ? SIGINT : SIGTERM)
  }
}
