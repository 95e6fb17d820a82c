import Glibc

/// How much less one scheme of scaling errs than another, over all costs that both have.
package struct LineDifference: Sendable, Codable, Equatable {
  /// Costs that both lines cover, in the unit of the axis.
  package let costs: Interval
  /// Mean over the logarithm of the cost of ln(error of the first / error of the second); below 0
  /// where the first errs less. −0.1 is about 10 % fewer errors. Repetitions are the seeds.
  package let logRatio: MeanEstimate

  /// The errors of the first as a share of those of the second: the geometric mean.
  package var ratio: Double { exp(logRatio.mean) }

  /// Student's interval of that for other seeds; `nil` for one seed, and where all are alike.
  package func interval(confidence: Double = 0.95) -> Interval? {
    logRatio.interval(confidence: confidence).map {
      Interval(low: exp($0.low), high: exp($0.high))
    }
  }

  /// Lays a line through the errors of each seed, in both schemes.
  ///
  /// - Parameters:
  ///   - first: A scheme, with more than one cost.
  ///   - second: The other, with the same seeds.
  /// - Returns: `nil` where a seed has no line in a scheme, as where an error is 0, or both have no
  ///   costs in common.
  /// - Precondition: All networks have the same seeds in the same order.
  package init?(_ first: ScalingLine, _ second: ScalingLine) {
    let seedCount = first.errors.first?.count ?? 0
    precondition(
      (first.errors + second.errors).allSatisfy { $0.count == seedCount },
      "lines of other seeds cannot be paired")
    let lines = (0..<seedCount).compactMap { first.powerLaw(ofSeed: $0) }
    let others = (0..<seedCount).compactMap { second.powerLaw(ofSeed: $0) }
    guard lines.count == seedCount, others.count == seedCount,
      let line = lines.first, let other = others.first, line.logCosts.overlaps(other.logCosts)
    else { return nil }
    let common = line.logCosts.clamped(to: other.logCosts)
    // The difference of two straight lines has its mean in the middle.
    let middle = (common.lowerBound + common.upperBound) / 2
    let logRatios = zip(lines, others).map {
      $0.logError(atLog: middle) - $1.logError(atLog: middle)
    }
    guard let logRatio = MeanEstimate(logRatios) else { return nil }
    self.costs = Interval(low: exp(common.lowerBound), high: exp(common.upperBound))
    self.logRatio = logRatio
  }
}
