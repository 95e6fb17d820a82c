import Boundary
import Glibc

/// Where the program tells a person what went wrong.
///
/// Nobody may be there to read it: the terminal is gone, or the disk that it is kept on is full.
/// That is no reason to end, least of all before everything is saved.
package enum StandardError {
  /// Writes a line of the program's own.
  package static func warn(_ message: String) { write("effnet: \(message.shownLine)\n") }

  /// Writes a text as far as it can be written; what is foreign in it cannot act on a terminal.
  package static func write(_ text: String) {
    var rest = ArraySlice(text.shownLines.utf8)
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count == 0 || errno != EINTR {
        return
      }
    }
  }
}
