import Glibc
import Synchronization

/// A thread's turn with the HDF5 library, held by each of its open files.
///
/// The library is one for the whole process, and not every build of it takes several threads. So
/// while one thread has files open, a thread that wants to open one waits until all of them are
/// closed. A thread never waits for itself.
final class HDF5Turn {
  private struct Holder: Sendable {
    var thread: pthread_t = 0
    var fileCount = 0
  }

  private static let holder = Mutex(Holder())

  /// Waits for the library.
  init() {
    // Files are open for milliseconds or, where another thread may want one, a checkpoint long.
    while !Self.take() { usleep(500) }
  }

  private static func take() -> Bool {
    holder.withLock { holder in
      guard holder.fileCount == 0 || holder.thread == pthread_self() else { return false }
      holder.thread = pthread_self()
      holder.fileCount += 1
      return true
    }
  }

  deinit {
    Self.holder.withLock { $0.fileCount -= 1 }
  }
}
