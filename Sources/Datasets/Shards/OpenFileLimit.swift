import Foundation

/// How many files this process may have open.
package enum OpenFileLimit {
  // For what the libraries, MPI above all, open later.
  private static let others = 256

  /// Raises the limit, as far as the system allows, to have `count` more files open.
  ///
  /// Nothing fails here: opening the first file too many will say so.
  package static func raise(for count: Int) {
    let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    let highest = open?.compactMap { Int($0) }.max() ?? 0
    let wanted = rlim_t(highest + count + others)
    let resource = __rlimit_resource_t(bitPattern: RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < wanted else { return }
    limit.rlim_cur = min(wanted, limit.rlim_max)
    _ = setrlimit(resource, &limit)
  }
}
