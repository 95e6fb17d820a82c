// Foundation's import of the C library makes `stdout` unusable in Swift 6; this one allows it.
@preconcurrency import Glibc

/// The program's standard output.
enum StandardOutput {
  /// Writes every line as it ends, also into a pipe.
  static func writeEachLine() { setlinebuf(stdout) }

  /// Whether a person is looking.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
