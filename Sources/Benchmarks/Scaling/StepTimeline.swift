import Training

/// The exchanges of a step, the same on all ranks in all steps.
package struct ExchangeSequence: Sendable, Codable, Equatable {
  package let kinds: [ExchangeEvent.Kind]
  /// Bytes of a rank's value.
  package let bytes: [Int]

  package init(kinds: [ExchangeEvent.Kind], bytes: [Int]) {
    self.kinds = kinds
    self.bytes = bytes
  }

  package init(_ events: [ExchangeEvent]) {
    self.init(kinds: events.map(\.kind), bytes: events.map(\.bytes))
  }
}

/// One step of one rank, in nanoseconds, from the end of its last step to the end of this one.
package struct StepTimeline: Sendable, Codable, Equatable {
  /// By a clock of its own.
  package var step: Int
  /// Loading the images of the step; 0 for synthetic ones, which stay in place.
  package var data: Int
  /// Before each exchange, since the one before.
  package var compute: [Int]
  /// In each exchange.
  package var blocked: [Int]
  /// After the last exchange: optimizer, averages, running statistics.
  package var update: Int

  package init(step: Int, data: Int = 0, compute: [Int], blocked: [Int], update: Int) {
    self.step = step
    self.data = data
    self.compute = compute
    self.blocked = blocked
    self.update = update
  }
}
