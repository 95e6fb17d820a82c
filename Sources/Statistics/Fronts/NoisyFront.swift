/// The front of networks whose scores are means over seeds: what of it would stay with other seeds.
package struct NoisyFront: Sendable {
  /// What one cost buys over the draws.
  package struct Attainment: Sendable, Codable, Equatable {
    package let cost: Double
    /// Score that half of the draws reach at this cost.
    package let median: Double
    /// From the score that 75 % of the draws reach to the one that 25 % do.
    package let quartiles: Interval
  }

  /// An area with its bounds.
  package struct Hypervolume: Sendable, Codable, Equatable {
    /// Of the mean scores. It is above that of the true scores, as a maximum over noise is.
    package let value: Double
    /// Percentile bounds over the draws.
    package let interval: Interval
    package let reference: Tradeoff
  }

  /// Indices of the networks on the front of the mean scores.
  package let members: [Int]
  /// Share of the draws with each network on the front.
  package let frequencies: [Double]
  private let front: ParetoFront
  private let means: [Double]
  private let resampling: Resampling
  /// Mean scores of each draw.
  private let draws: [[Double]]

  /// Redraws the seeds of all networks.
  ///
  /// - Parameters:
  ///   - costs: One a network.
  ///   - scores: Scores of its seeds, more being better. A network with one seed does not vary, and
  ///     looks surer than it is.
  ///   - seeds: Whether scores at the same place are of one seed.
  ///   - resampling: Draws and their seed.
  /// - Returns: `nil` without networks.
  /// - Precondition: All values are finite, and each network has a score.
  package init?(
    costs: [Double], scores: [[Double]], seeds: Resampling.Seeds,
    _ resampling: Resampling = Resampling()
  ) {
    precondition(costs.count == scores.count, "\(costs.count) costs, \(scores.count) networks")
    precondition(scores.allSatisfy { !$0.isEmpty }, "a network without scores")
    guard !costs.isEmpty else { return nil }
    scores.joined().requireFinite("a score")
    front = ParetoFront(costs: costs)
    means = scores.map(\.mean)
    members = front.members(means)
    draws = (0..<resampling.draws).map { draw in
      var random = resampling.random(draw, .seeds)
      return random.redrawnMeans(scores, seeds)
    }
    self.resampling = resampling
    var counts = [Int](repeating: 0, count: costs.count)
    for draw in draws {
      for member in front.members(draw) { counts[member] += 1 }
    }
    frequencies = counts.map { Double($0) / Double(resampling.draws) }
  }

  /// The attainment line: a step at each cost, ascending.
  package var attainment: [Attainment] {
    let attained = draws.map(front.attained)
    return front.costs.enumerated().map { place, cost in
      let descending = attained.map { $0[place] }.sorted(by: >)
      func reached(by share: Double) -> Double {
        descending[Int((share * Double(descending.count)).rounded(.up)) - 1]
      }
      return Attainment(
        cost: cost, median: reached(by: 0.5),
        quartiles: Interval(low: reached(by: 0.75), high: reached(by: 0.25)))
    }
  }

  /// The area that the front dominates.
  ///
  /// - Parameter reference: A cost above and a score below all that matter.
  package func hypervolume(reference: Tradeoff) -> Hypervolume {
    Hypervolume(
      value: front.hypervolume(means, reference: reference),
      interval: resampling.interval(
        of: draws.map { front.hypervolume($0, reference: reference) }),
      reference: reference)
  }
}
