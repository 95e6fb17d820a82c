import Glibc
import Statistics
import Training

/// All verdicts of a study: of the hypotheses of its configuration, and of what follows from its
/// kind.
package struct Verdicts {
  package private(set) var verdicts: [Verdict] = []
  package private(set) var claims: [Claim] = []
  package private(set) var coincidences: [Coincidence] = []

  private let study: Study
  private let scores: Scores
  private let headway: Headway
  /// What laws of errors are laid through: networks that have lost no seed.
  private let points: [Point]

  private struct Point {
    let network: ScaledNetwork
    let cost, error: Double
  }

  /// - Parameter headway: Is told with each verdict.
  package init(
    _ study: Study, _ scores: Scores, _ networks: [StudyNetwork], winner: StudyNetwork?,
    _ headway: Headway = .unwatched
  ) throws(TrainingError) {
    self.study = study
    self.scores = scores
    self.headway = headway
    // Of thousands of individuals a handful.
    let confirmed = networks.filter { scores.isConfirmed($0.network) }
    points = confirmed.compactMap { network in
      let sample = scores.confirmation(network.network)
      guard sample.lost.isEmpty, let top1 = sample.top1.meanIfAny else { return nil }
      return Point(network: network.network, cost: network.cost, error: 1 - top1)
    }
    for factor in Set(networks.map(\.factor)).subtracting([1]).sorted() {
      try addHypotheses(networks.filter { $0.factor == factor })
    }
    if study.kind != .scaling, let winner { try add(winner, beside: confirmed) }
    adjust()
  }

  /// Adds what the configuration asks about the networks of a factor.
  private mutating func addHypotheses(_ networks: [StudyNetwork]) throws(TrainingError) {
    func network(_ direction: Direction) -> StudyNetwork? {
      networks.first { $0.directions.contains(direction) }
    }
    var pairs: [(better: StudyNetwork, worse: StudyNetwork, basis: Verdict.Basis)] = []
    for hypothesis in study.configuration.search.hypotheses {
      guard let better = network(hypothesis.better), let worse = network(hypothesis.worse) else {
        continue
      }
      guard better.network != worse.network else {
        let coincidence = Coincidence(hypothesis: hypothesis.description, network: better.name)
        if !coincidences.contains(coincidence) { coincidences.append(coincidence) }
        continue
      }
      let isForeseen = study.isForeseen(hypothesis)
      // Two hypotheses may come to the same two networks, and a verdict has two sides.
      let known = pairs.firstIndex {
        Set([$0.better.name, $0.worse.name]) == [better.name, worse.name]
      }
      if let known {
        if isForeseen { pairs[known].basis = .hypothesis }
      } else {
        pairs.append((better, worse, isForeseen ? .hypothesis : .afterwards))
      }
    }
    for (better, worse, basis) in pairs { try add(better, over: worse, basis) }
    for better in networks {
      let rivals = pairs.filter { $0.better.name == better.name && $0.basis == .hypothesis }
        .map(\.worse)
      if let claim = Claim(named(better), over: rivals.map(named)) { claims.append(claim) }
    }
  }

  /// Adds what was selected beside all others that were confirmed: it is tested on what it was not
  /// selected by.
  private mutating func add(
    _ winner: StudyNetwork, beside confirmed: [StudyNetwork]
  ) throws(TrainingError) {
    for rival in confirmed where rival.network != winner.network {
      let pair = [winner.name, rival.name]
      guard !verdicts.contains(where: { Set([$0.first, $0.second]) == Set(pair) }) else { continue }
      let isRoutine =
        rival.network == study.recipe.base
        || study.kind == .grid && rival.directions.contains(where: \.isSingle)
      try add(winner, over: rival, isRoutine ? .routine : .noticed)
    }
  }

  private func named(_ network: StudyNetwork) -> (name: String, sample: Scores.Sample) {
    (network.name, scores.confirmation(network.network))
  }

  private mutating func add(
    _ first: StudyNetwork, over second: StudyNetwork, _ basis: Verdict.Basis
  ) throws(TrainingError) {
    try headway.note()
    let verdict = Verdict(
      named(first), over: named(second), costRatio: first.cost / second.cost,
      costGain: costGain(first, over: second), basis)
    if let verdict { verdicts.append(verdict) }
  }

  /// Top-1 that the multiply-adds of a network gain by themselves over those of another.
  ///
  /// By the power law of the errors of all others: a line through one of both would explain a part
  /// of the very difference.
  ///
  /// - Returns: Nil beside the base, from which all differ in multiply-adds on purpose, and where
  ///   the costs of the others hardly differ more than those of both.
  private func costGain(_ first: StudyNetwork, over second: StudyNetwork) -> Double? {
    let base = study.recipe.base
    guard first.network != base, second.network != base else { return nil }
    let others = points.filter { ![first.network, second.network].contains($0.network) }
    let costs = others.map(\.cost)
    guard let law = PowerLaw(costs: costs, errors: others.map(\.error)),
      let least = costs.min(), let largest = costs.max(),
      log(largest / least) >= Self.leastLever * abs(log(first.cost / second.cost))
    else { return nil }
    return law.error(at: second.cost) - law.error(at: first.cost)
  }

  /// A line that is twice as long as the distance it is used over adds less noise than one network
  /// has.
  private static let leastLever = 2.0

  /// Adjusts the p of all verdicts that stand on the same basis, once all of them are closed: what
  /// is still open would change those of the others.
  private mutating func adjust() {
    for basis in Verdict.Basis.allCases {
      let family = verdicts.indices.filter { verdicts[$0].basis == basis }
      guard family.count > 1, family.allSatisfy({ verdicts[$0].status != nil }) else { continue }
      let adjusted = Holm.adjusted(family.map { verdicts[$0].p?.twoSided ?? 1 })
      for (place, p) in zip(family, adjusted) where verdicts[place].p != nil {
        verdicts[place].holmP = p
      }
    }
  }
}

extension StudyNetwork {
  fileprivate var cost: Double { Double(network.multiplyAdds) }
}
