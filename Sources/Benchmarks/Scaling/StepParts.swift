import Training

/// What a step consists of, in seconds, as the mean over its ranks.
///
/// Ranks leave an exchange together, so the one that came last waited least: its waiting is the
/// exchange's own cost, and what others waited longer is imbalance. The parts of a rank follow each
/// other without a gap and add up to its step; what a clock rounds off is ``other``.
package struct StepParts: Sendable, Codable, Equatable {
  /// The step by its own clock.
  package var step = 0.0
  /// Computing, the update of the weights included.
  package var compute = 0.0
  /// Exposed gradient exchange: what the last rank waits for after the backward pass.
  package var gradientExchange = 0.0
  /// Exchanges that the next kernel waits for: statistics of batch norms, their gradients, loss.
  package var batchNormExchange = 0.0
  /// Waiting for slower ranks.
  package var imbalance = 0.0
  /// Loading images.
  package var data = 0.0

  package init() {}

  /// What the clocks do not account for.
  package var other: Double {
    step - compute - gradientExchange - batchNormExchange - imbalance - data
  }

  /// The parts of one step.
  ///
  /// - Parameter ranks: The same step on each rank.
  package init(_ ranks: [StepTimeline], _ sequence: ExchangeSequence) {
    let unit = 1e-9 / Double(ranks.count)
    for rank in ranks {
      precondition(
        rank.compute.count == sequence.kinds.count && rank.blocked.count == sequence.kinds.count,
        "ranks with other exchanges")
      step += unit * Double(rank.step)
      data += unit * Double(rank.data)
      compute += unit * Double(rank.compute.reduce(rank.update, +))
    }
    for (index, kind) in sequence.kinds.enumerated() {
      let blocked = ranks.map { $0.blocked[index] }
      let cost = blocked.min() ?? 0
      imbalance += unit * Double(blocked.reduce(0, +) - ranks.count * cost)
      switch kind {
      case .statistics: batchNormExchange += 1e-9 * Double(cost)
      case .gradientReady, .gradientEnd: gradientExchange += 1e-9 * Double(cost)
      }
    }
  }

  /// The mean over the middle half of the steps, from the first to the third quartile of their
  /// durations: it does not know outliers, and its parts make up its whole.
  package init(middleOf steps: [StepParts]) {
    let outer = steps.count / 4
    let middle = steps.sorted { $0.step < $1.step }.dropFirst(outer).dropLast(outer)
    for part in Self.parts {
      self[keyPath: part] =
        middle.reduce(0) { $0 + $1[keyPath: part] } / Double(max(middle.count, 1))
    }
  }

  private static var parts: [WritableKeyPath<StepParts, Double>] {
    [\.step, \.compute, \.gradientExchange, \.batchNormExchange, \.imbalance, \.data]
  }
}
