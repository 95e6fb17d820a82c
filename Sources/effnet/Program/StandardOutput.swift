import Boundary
// Foundation's import of the C library makes `stdout` unusable in Swift 6; this one allows it.
@preconcurrency import Glibc

/// Prints a text of the program's own; what is foreign in it cannot act on a terminal.
func print(_ text: String, terminator: String = "\n") {
  Swift.print(text.shownLines, terminator: terminator)
}

/// The program's standard output.
enum StandardOutput {
  /// Writes every line as it ends, also into a pipe.
  static func writeEachLine() { setlinebuf(stdout) }

  /// Lets what is printed next take the place of the line that a terminal shows last.
  static func restartLine() { Swift.print("\r\u{1B}[K", terminator: "") }

  /// Shows what was printed without the end of a line.
  static func flush() { fflush(stdout) }

  /// Whether something that was printed did not arrive, though somebody was there to read it.
  static var isLost: Bool {
    guard fflush(stdout) != 0 || ferror(stdout) != 0 else { return false }
    // A reader that has seen enough, such as `head`, closes its end of the pipe.
    var state = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&state, 1, 0) < 0 || state.revents & Int16(POLLERR) == 0
  }

  /// Whether a person is looking.
  ///
  /// Ranks write to a pseudo-terminal of mpirun's, whoever reads it; what counts is where mpirun,
  /// the parent process, writes to.
  static var isTerminal: Bool {
    guard isatty(STDOUT_FILENO) == 1 else { return false }
    guard getenv("OMPI_COMM_WORLD_SIZE") != nil else { return true }
    let parent = open("/proc/\(getppid())/fd/1", O_WRONLY | O_NOCTTY)
    guard parent >= 0 else { return false }
    defer { close(parent) }
    return isatty(parent) == 1
  }
}
