import Glibc
import Synchronization

/// What this process was told to do with signals by whoever started it.
package enum SignalDisposition {
  /// Those by which people and batch systems end programs.
  private static let numbers: Set<Int32> = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2]
  private static let noted = Mutex<Set<Int32>?>(nil)

  /// Notes which signals were ignored when the process began: libraries take some over when they
  /// are loaded, or start.
  package static func note(_ ignored: Set<Int32>) {
    noted.withLock { $0 = ignored.intersection(numbers) }
  }

  /// Signals that are to be ignored still: those that were noted, or else those that are ignored
  /// now.
  package static var ignoredAtStart: Set<Int32> {
    noted.withLock { $0 } ?? numbers.filter(isIgnored)
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    // SIG_IGN is a number in the place of a function.
    let address = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    return address == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
