import Glibc
import Tensors

/// How much less one scheme of scaling errs than another, over all costs that both have.
package struct LineDifference: Sendable, Codable, Equatable {
  /// Costs that both lines cover, in the unit of the axis.
  package let costs: Interval
  /// Mean over the logarithm of the cost of ln(error of the first / error of the second); below 0 where
  /// the first errs less. −0.1 is about 10 % fewer errors.
  package let logRatio: Double
  /// Percentile bounds over seeds.
  package let interval: Interval

  /// The errors of the first as a share of those of the second: the geometric mean.
  package var ratio: Double { exp(logRatio) }

  /// Lays a line through each scheme's mean errors, and again for seeds drawn anew.
  ///
  /// - Parameters:
  ///   - first: A scheme, with more than one cost.
  ///   - second: The other.
  ///   - seeds: Whether errors at the same place are of one seed, in both schemes.
  ///   - resampling: Draws and their seed.
  /// - Returns: `nil` where a scheme has no line, or both have no costs in common. That is so where an
  ///   error is 0, even of one seed alone: draws could consist of it.
  package init?(
    _ first: ScalingLine, _ second: ScalingLine, seeds: Resampling.Seeds,
    _ resampling: Resampling = Resampling()
  ) {
    guard (first.errors + second.errors).joined().allSatisfy({ $0 > 0 }),
      let line = first.powerLaw, let other = second.powerLaw,
      line.logCosts.overlaps(other.logCosts)
    else { return nil }
    let common = line.logCosts.clamped(to: other.logCosts)
    // The difference of two straight lines has its mean in the middle.
    let middle = (common.lowerBound + common.upperBound) / 2
    func logRatio(_ line: PowerLaw, _ other: PowerLaw) -> Double {
      line.logError(atLog: middle) - other.logError(atLog: middle)
    }
    self.costs = Interval(low: exp(common.lowerBound), high: exp(common.upperBound))
    self.logRatio = logRatio(line, other)
    let draws = (0..<resampling.draws).compactMap { draw -> Double? in
      var random = resampling.random(draw, .seeds)
      let means = random.redrawnMeans(first.errors + second.errors, seeds)
      guard
        let line = PowerLaw(
          costs: first.costs, errors: Array(means.prefix(first.costs.count))),
        let other = PowerLaw(
          costs: second.costs, errors: Array(means.dropFirst(first.costs.count)))
      else { return nil }
      return logRatio(line, other)
    }
    interval = resampling.interval(of: draws)
  }
}
