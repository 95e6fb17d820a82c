import Training

/// What a long computation tells again and again: whoever watches learns that it goes on, and a
/// signal ends it.
package struct Headway {
  /// Is called where nothing can be ended.
  let advance: () -> Void
  /// Whether a signal is to end it.
  package let stopRequest: StopRequest
  private let state: String

  /// - Parameters:
  ///   - advance: Is called each time.
  ///   - stopRequest: Is asked each time.
  ///   - state: What was going on, for whoever reads how it was stopped, such as `while …`.
  package init(
    _ advance: @escaping () -> Void, _ stopRequest: @escaping StopRequest, _ state: String
  ) {
    self.advance = advance
    self.stopRequest = stopRequest
    self.state = state
  }

  /// Of a computation that nobody watches and nothing ends.
  package static var unwatched: Headway { Headway({}, { nil }, "") }

  /// - Throws: When it is asked to stop.
  package func note() throws(TrainingError) {
    advance()
    if let signal = stopRequest() { throw TrainingError(.usage, state, stopSignal: signal) }
  }
}
