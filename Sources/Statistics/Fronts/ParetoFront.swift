import Glibc

/// Networks by their cost, for whatever scores they are given.
///
/// Less cost and more score are better. Costs are known exactly, scores only to the noise of their
/// seeds: ``NoisyFront`` asks for the front of many redrawn scores.
package struct ParetoFront: Sendable, Equatable {
  /// All different costs, ascending.
  package let costs: [Double]
  /// Indices of the networks of each cost.
  private let networks: [[Int]]
  private let networkCount: Int

  /// - Parameter costs: One a network.
  /// - Precondition: All are finite.
  package init(costs: [Double]) {
    costs.requireFinite("a cost")
    networkCount = costs.count
    let groups = Dictionary(grouping: costs.indices) { costs[$0] }.sorted { $0.key < $1.key }
    self.costs = groups.map(\.key)
    networks = groups.map(\.value)
  }

  /// Indices of the networks on the front, ascending.
  ///
  /// A network is off it when another costs no more and scores no less, and is better in one of
  /// them. Of equal ones all are on it.
  ///
  /// - Precondition: One finite score a network: one whose training diverged has none and is left
  ///   out.
  package func members(_ scores: [Double]) -> [Int] {
    let attained = attained(scores)
    var members: [Int] = []
    for (place, group) in networks.enumerated()
    where place == 0 || attained[place] > attained[place - 1] {
      members += group.filter { scores[$0] == attained[place] }
    }
    return members.sorted()
  }

  /// The best score that each of ``costs`` buys.
  package func attained(_ scores: [Double]) -> [Double] {
    precondition(scores.count == networkCount, "\(scores.count) scores of \(networkCount) networks")
    scores.requireFinite("a score")
    var best = -Double.infinity
    return networks.map { group in
      best = group.reduce(best) { max($0, scores[$1]) }
      return best
    }
  }

  /// The area between the front and a reference point, in units of score × doublings of the cost:
  /// what a doubling buys is as much of it for small networks as for large ones.
  ///
  /// - Parameters:
  ///   - scores: One a network.
  ///   - reference: A cost above and a score below all that matter. Networks beyond it add nothing,
  ///     nor does one at its very cost. Areas can be compared with the same reference only.
  /// - Precondition: All costs are positive.
  package func hypervolume(_ scores: [Double], reference: Tradeoff) -> Double {
    precondition(costs.allSatisfy { $0 > 0 } && reference.cost > 0, "a cost without a logarithm")
    let attained = attained(scores)
    return costs.indices.reduce(0) { area, place in
      let next = place + 1 < costs.count ? costs[place + 1] : reference.cost
      let width = log2(min(next, reference.cost) / costs[place])
      return area + max(0, width) * max(0, attained[place] - reference.score)
    }
  }
}
