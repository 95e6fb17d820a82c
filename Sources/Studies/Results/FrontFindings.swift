import Statistics

/// The networks that no other beats at less cost, and how sure that is; without those that have
/// lost a seed and look better than they are.
package struct FrontFindings: Codable, Sendable {
  /// A network on the axis of a cost.
  package struct Member: Codable, Sendable {
    package let network: String
    package let cost: Double
    package let top1: Double
    /// Whether it is on the front of the means, and in what share of redraws of the seeds.
    package let isOnFront: Bool
    package let frequency: Double
  }

  /// multiplyAdds, parameters or activations.
  package let axis: String
  package let members: [Member]
  package let attainment: [NoisyFront.Attainment]
  /// In top-1 × doublings of the cost.
  package let hypervolume: NoisyFront.Hypervolume

  /// Areas end at a cost so many times the largest, so that the largest network has a part in them.
  private static let reach = 2.0

  init?(
    _ axis: String, _ networks: [(name: String, cost: Int, sample: Scores.Sample)],
    _ resampling: Resampling
  ) {
    let networks = networks.filter { !$0.sample.seeds.isEmpty && $0.sample.lost.isEmpty }
    let scores = networks.map(\.sample.top1)
    // As many seeds need not be the same ones, before all trainings are done.
    let isCommon = Set(networks.map(\.sample.seeds)).count == 1
    guard
      let front = NoisyFront(
        costs: networks.map { Double($0.cost) }, scores: scores, seeds: isCommon ? .common : .own,
        resampling)
    else { return nil }
    self.axis = axis
    members = networks.indices.map { index in
      Member(
        network: networks[index].name, cost: Double(networks[index].cost),
        top1: scores[index].mean, isOnFront: front.members.contains(index),
        frequency: front.frequencies[index])
    }
    attainment = front.attainment
    hypervolume = front.hypervolume(
      reference: Tradeoff(cost: Self.reach * Double(networks.map(\.cost).max() ?? 1), score: 0))
  }
}
