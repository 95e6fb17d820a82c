import Hosts

/// The end of a benchmark by a signal, so that what it made is removed.
package struct Interruption: Error {
  /// Number of the signal.
  package let signal: Int32

  /// Throws where a signal came.
  static func check() throws(Interruption) {
    if let signal = StopSignal.pending { throw Interruption(signal: signal) }
  }
}
