/// The end of something by a signal, so that what it made is removed or kept in order.
package struct Interruption: Error {
  /// Number of the signal.
  package let signal: Int32
  /// What was reached, and what that is good for: the second half of a sentence.
  package let state: String

  /// Throws where a signal came.
  package static func check(_ state: String) throws(Interruption) {
    if let signal = StopSignal.pending { throw Interruption(signal: signal, state: state) }
  }
}
