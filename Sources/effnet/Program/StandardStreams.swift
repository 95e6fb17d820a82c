import Glibc

/// The descriptors 0 to 2, without some of which the program may be started.
enum StandardStreams {
  /// Keeps the numbers of closed ones from files that are opened later, which would be written to.
  ///
  /// They are open for reading alone: whatever is written there fails, and is not lost in silence.
  static func occupyClosed() {
    // The lowest number that is free is taken.
    var descriptor = open("/dev/null", O_RDONLY)
    while (STDIN_FILENO...STDERR_FILENO).contains(descriptor) {
      descriptor = open("/dev/null", O_RDONLY)
    }
    if descriptor >= 0 { close(descriptor) }
  }
}
