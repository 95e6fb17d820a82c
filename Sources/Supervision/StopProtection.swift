import Glibc

/// Keeps a process that has nothing but its end before it from being stopped on the way there.
///
/// A stopped process does not end, and whoever started it waits for ever, where all others that
/// could tell are gone already. A timer of the kernel goes on while the process is stopped, and
/// continues it within a second.
package enum StopProtection {
  /// Begins, if it has not begun; lasts until the process ends.
  package static func begin() { _ = isActive }

  private static let isActive: Bool = {
    // The system does not wind up a timer again whose signal nobody takes.
    signal(SIGCONT) { _ in }
    var event = sigevent()
    event.sigev_notify = Int32(SIGEV_SIGNAL)
    event.sigev_signo = SIGCONT
    var timer: timer_t?
    // Where the system has no timer to give, other ranks still count the time of MPI's own end.
    // The first timer of a process has the number 0, which reads as no pointer.
    guard timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 else { return false }
    let second = timespec(tv_sec: 1, tv_nsec: 0)
    var times = itimerspec(it_interval: second, it_value: second)
    return timer_settime(timer, 0, &times, nil) == 0
  }()
}
