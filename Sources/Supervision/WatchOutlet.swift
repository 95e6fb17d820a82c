import Glibc

/// How a watch tells of a loss and ends the process.
struct WatchOutlet: Sendable {
  var say: @Sendable (String) -> Void
  var exit: @Sendable (Int32) -> Void

  /// A line on standard error, and an end without any further ado: the thread that works may be
  /// waiting for ever.
  static let process = WatchOutlet { message in
    var line = "effnet: \(message)\n"
    _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  } exit: { code in
    _exit(code)
  }
}
