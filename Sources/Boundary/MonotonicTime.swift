import Glibc

/// Time of the clock that nobody sets, from any beginning.
public enum MonotonicTime {
  /// Nanoseconds.
  @inline(__always)
  public static var nanoseconds: UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
  }

  /// Seconds.
  public static var seconds: Double { 1e-9 * Double(nanoseconds) }
}
