import Glibc

/// What this process does with a signal.
package enum SignalDisposition {
  /// Whether a signal is ignored: by the wish of whoever started this process, unless it has said so
  /// itself.
  package static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    // SIG_IGN is a number in the place of a function.
    let address = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    return address == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
