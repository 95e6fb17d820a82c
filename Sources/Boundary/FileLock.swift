import Glibc

/// A lock on a file or folder that other processes respect, for as long as it lives.
///
/// File systems without locks let everybody in.
package final class FileLock {
  private let descriptor: Int32

  /// - Parameter descriptor: Of the open file or folder; closed at the end. Nothing is locked where
  ///   it could not be opened.
  package init(closing descriptor: Int32) { self.descriptor = descriptor }

  /// Takes it, and tells whether no other process has it.
  package func take() -> Bool {
    flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }

  /// Whether another process has taken the lock on a file; no where it cannot be told.
  package static func isTaken(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // Shared: others who only look are in nobody's way.
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  deinit { close(descriptor) }
}
