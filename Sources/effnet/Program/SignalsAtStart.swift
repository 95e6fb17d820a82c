import Glibc

/// Which signals whoever started this process wants ignored, as bits by their numbers.
///
/// UCX, which comes with Open MPI 5, takes SIGHUP over as soon as it is loaded: that is before
/// `main`, and after this.
enum SignalsAtStart {
  fileprivate(set) nonisolated(unsafe) static var bits: UInt64 = 0

  /// Their numbers.
  static var ignored: Set<Int32> { Set((1..<64).filter { bits & 1 << UInt64($0) != 0 }) }
}

/// Runs before any library is set up, so it uses the system alone.
@section(".preinit_array") @used
private let noteIgnoredSignals: @convention(c) () -> Void = {
  var number: Int32 = 1
  while number < 64 {
    var action = sigaction()
    // SIG_IGN is the number 1 in the place of a function.
    if sigaction(number, nil, &action) == 0,
      unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    {
      SignalsAtStart.bits |= 1 &<< UInt64(truncatingIfNeeded: number)
    }
    number &+= 1
  }
}
