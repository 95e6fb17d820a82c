import Glibc

/// What this process was told to do with signals by whoever started it.
package enum SignalDisposition {
  private static let numbers = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2]

  /// Signals that were ignored when ``note()`` was called, or else when they were first asked for.
  private static let ignored = Set(numbers.filter(isIgnoredNow))

  /// Notes what is ignored: before MPI starts, which takes signals over (Open MPI 5 does with SIGHUP).
  package static func note() { _ = ignored }

  /// Those that are to be ignored still.
  package static var ignoredAtStart: Set<Int32> { ignored }

  private static func isIgnoredNow(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    // SIG_IGN is a number in the place of a function.
    let address = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    return address == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
