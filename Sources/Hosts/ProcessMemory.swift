import Glibc

/// Memory of this process.
package enum ProcessMemory {
  /// Largest resident memory so far, in bytes.
  package static var peakBytes: Double {
    var usage = rusage()
    let code = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    precondition(code == 0, "the system does not tell how much memory is in use")
    return Double(usage.ru_maxrss) * 1024
  }
}
