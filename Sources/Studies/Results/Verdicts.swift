import Glibc
import Statistics
import Training

/// All verdicts of a study: of the hypotheses of its configuration, and of what follows from its kind.
package struct Verdicts {
  package private(set) var verdicts: [Verdict] = []
  package private(set) var claims: [Claim] = []

  private let study: Study
  private let scores: Scores

  package init(
    _ study: Study, _ scores: Scores, _ networks: [StudyNetwork], winner: StudyNetwork?
  ) {
    self.study = study
    self.scores = scores
    let hypotheses = study.configuration.search.hypotheses
    for factor in Set(networks.map(\.factor)).subtracting([1]).sorted() {
      let here = networks.filter { $0.factor == factor }
      func network(_ direction: Direction) -> StudyNetwork? {
        here.first { $0.directions.contains(direction) }
      }
      for hypothesis in hypotheses {
        guard let better = network(hypothesis.better), let worse = network(hypothesis.worse) else {
          continue
        }
        add(better, over: worse, isPlanned: true)
      }
      var seen: [Direction] = []
      for better in hypotheses.map(\.better) where !seen.contains(better) {
        seen.append(better)
        guard let network = network(better) else { continue }
        let rivals = hypotheses.filter { $0.better == better }.compactMap { hypothesis in
          here.first { $0.directions.contains(hypothesis.worse) && $0.network != network.network }
        }
        if let claim = Claim(named(network), over: rivals.map(named)) { claims.append(claim) }
      }
    }
    guard study.kind != .scaling, let winner else { return }
    // What was selected is tested on what it was not selected by.
    for rival in networks
    where rival.network != winner.network
      && !verdicts.contains(where: { $0.better == winner.name && $0.worse == rival.name })
    {
      add(
        winner, over: rival,
        isPlanned: rival.directions.isEmpty || rival.directions.contains(\.isSingle))
    }
  }

  private func named(_ network: StudyNetwork) -> (name: String, sample: Scores.Sample) {
    (network.name, scores.confirmation(network.network))
  }

  private mutating func add(_ first: StudyNetwork, over second: StudyNetwork, isPlanned: Bool) {
    let ratio = Double(first.network.multiplyAdds) / Double(second.network.multiplyAdds)
    let verdict = Verdict(
      named(first), over: named(second), costRatio: ratio, slope: slope(first),
      isPlanned: isPlanned)
    if let verdict { verdicts.append(verdict) }
  }

  /// Top-1 that a doubling of multiply-adds gains on the way from the base to a network.
  private func slope(_ network: StudyNetwork) -> Double? {
    let base = scores.confirmation(study.recipe.base).top1
    let top1 = scores.confirmation(network.network).top1
    let doublings = log2(
      Double(network.network.multiplyAdds) / Double(study.recipe.base.multiplyAdds))
    guard !base.isEmpty, !top1.isEmpty, abs(doublings) > Self.leastDoublings else { return nil }
    return (top1.mean - base.mean) / doublings
  }

  /// Between networks that cost the same there is no slope.
  private static let leastDoublings = 0.1
}

extension [Direction] {
  fileprivate func contains(_ property: KeyPath<Direction, Bool>) -> Bool {
    contains { $0[keyPath: property] }
  }
}
