import Glibc

/// How a watch tells of a loss and ends the process.
package struct WatchOutlet: Sendable {
  let say: @Sendable (String) -> Void
  let exit: @Sendable (Int32) -> Void

  package init(
    say: @escaping @Sendable (String) -> Void, exit: @escaping @Sendable (Int32) -> Void
  ) {
    self.say = say
    self.exit = exit
  }

  /// A line on standard error, and an end without any further ado: the thread that works may be
  /// waiting for ever.
  static let process = WatchOutlet(say: StandardError.warn) { code in _exit(code) }
}
