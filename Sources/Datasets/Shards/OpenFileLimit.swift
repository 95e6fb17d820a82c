import Glibc
import Synchronization

/// How many files this process may have open.
enum OpenFileLimit {
  // What the libraries, MPI above all, have open besides.
  private static let others = 256
  /// Files that were asked for so far; those closed since still count, which does no harm.
  private static let requested = Atomic<Int>(0)

  /// Raises the limit, as far as the system allows, to have `count` more files open.
  ///
  /// Nothing fails here: opening the first file too many will say so.
  static func raise(for count: Int) {
    let wanted = rlim_t(requested.add(count, ordering: .relaxed).newValue + others)
    let resource = __rlimit_resource_t(bitPattern: RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < wanted else { return }
    limit.rlim_cur = min(wanted, limit.rlim_max)
    _ = setrlimit(resource, &limit)
  }
}
