/// What happened between two ranks' exchanges in a step, as one rank saw it.
///
/// The events of a step follow each other without a gap: their compute and blocked seconds add up
/// to the time between the first and the last.
package struct ExchangeEvent: Sendable, Codable {
  /// What ends the computing.
  package enum Kind: String, Sendable, Codable {
    /// A sum that the next kernel needs: batch-norm statistics, their gradients, loss.
    case statistics
    /// A part of the gradient is final and may leave; nobody waits.
    case gradientReady
    /// The backward pass is over: the rest of the gradients is waited for.
    case gradientEnd
  }

  package let kind: Kind
  /// Bytes of this rank's value that are summed.
  package let bytes: Int
  /// Seconds since the end of the event before, or since recording began.
  package let computeSeconds: Double
  /// Seconds waited for others and for the wire.
  package let blockedSeconds: Double

  package init(kind: Kind, bytes: Int, computeSeconds: Double, blockedSeconds: Double) {
    self.kind = kind
    self.bytes = bytes
    self.computeSeconds = computeSeconds
    self.blockedSeconds = blockedSeconds
  }
}

/// The events of a step, in memory reserved beforehand; every rank has the same sequence.
package final class ExchangeRecorder {
  /// The events since ``begin(at:)``.
  package private(set) var events: [ExchangeEvent] = []
  /// When the last of them ended, or else the step began.
  package private(set) var last = ContinuousClock.now

  package init() { events.reserveCapacity(4_096) }

  /// Begins a step.
  ///
  /// - Parameter start: When its computing began.
  package func begin(at start: ContinuousClock.Instant = .now) {
    events.removeAll(keepingCapacity: true)
    last = start
  }

  /// Notes an event that ends now.
  ///
  /// - Parameter blocked: How much of the time since the last event was spent waiting.
  package func note(_ kind: ExchangeEvent.Kind, bytes: Int, blocked: Duration = .zero) {
    let now = ContinuousClock.now
    let blockedSeconds = blocked / .seconds(1)
    events.append(
      ExchangeEvent(
        kind: kind, bytes: bytes, computeSeconds: (now - last) / .seconds(1) - blockedSeconds,
        blockedSeconds: blockedSeconds))
    last = now
  }
}
