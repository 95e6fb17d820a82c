import Glibc

/// Keeps other processes from packing into a folder, for as long as it lives.
final class PackingLock {
  private let descriptor: Int32

  /// Throws when another process is packing into the folder. File systems without locks let
  /// everybody in.
  init(_ folder: String) throws(PackingError) {
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      throw PackingError(
        .usage,
        "another process is packing into \(folder); wait for it to end, or start one job of several "
          + "ranks with mpirun")
    }
  }

  deinit { close(descriptor) }
}
