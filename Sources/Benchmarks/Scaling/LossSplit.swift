/// What a step of several ranks takes longer than it would with perfect scaling, and what for.
///
/// Perfect is the step of one rank alone, times the share of its images that a rank has here. Each
/// part is the difference between the same part of both, in seconds; so the parts and ``other`` add
/// up to the loss.
package struct LossSplit: Sendable, Codable, Equatable {
  /// Seconds of a step by its own clock, and what they would be with perfect scaling.
  package let step, perfect: Double
  package let gradientExchange, batchNormExchange, imbalance, data: Double
  /// Computing that takes longer than alone: shared memory and clock, smaller batches.
  package let slowerCompute: Double
  /// The part of ``slowerCompute`` that neighbours cause which exchange nothing: that of the
  /// baseline with busy neighbours. Nil without one.
  package let contention: Double?
  /// Seconds lost.
  package let loss: Double
  /// What the step's own clock says beyond the named parts: what clocks round off.
  package let other: Double

  /// - Parameters:
  ///   - point: Parts of the steps of several ranks.
  ///   - alone: Parts of the steps of one rank alone.
  ///   - busy: Parts of the steps of one rank among independent copies of itself.
  ///   - share: Images of a rank over images of the baseline's rank.
  package init(point: StepParts, alone: StepParts, busy: StepParts?, share: Double) {
    step = point.step
    perfect = share * alone.step
    func difference(_ part: KeyPath<StepParts, Double>) -> Double {
      point[keyPath: part] - share * alone[keyPath: part]
    }
    gradientExchange = difference(\.gradientExchange)
    batchNormExchange = difference(\.batchNormExchange)
    imbalance = difference(\.imbalance)
    data = difference(\.data)
    slowerCompute = difference(\.compute)
    contention = busy.map { share * ($0.compute - alone.compute) }
    loss = step - perfect
    other = difference(\.other)
  }

  /// Seconds that have a name: the loss but for ``other``.
  package var named: Double { parts.dropLast().reduce(0) { $0 + $1.seconds } }

  /// Names and seconds, in the order of reports; they add up to the loss.
  package var parts: [(name: String, seconds: Double)] {
    [
      ("exposed gradient exchange", gradientExchange), ("batch-norm exchange", batchNormExchange),
      ("imbalance", imbalance), ("waiting for data", data), ("slower compute", slowerCompute),
      ("other", other),
    ]
  }
}
