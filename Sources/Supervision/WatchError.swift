import Glibc

/// Why processes cannot watch over each other.
package struct WatchError: Error, CustomStringConvertible {
  /// One line, with the reason that the system gives.
  package let description: String

  /// What failed in the last call to the system.
  init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
}
