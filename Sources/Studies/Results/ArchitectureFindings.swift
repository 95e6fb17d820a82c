import Statistics
import Training

/// How evolution went.
package struct ArchitectureFindings: Codable, Sendable {
  /// An individual in the order of its number.
  package struct Individual: Codable, Sendable {
    package let network: String
    /// Number of its parent, from 1 on; nil for a random one.
    package let parent: Int?
    package let top1: Double?
    /// What it is worth, see `evolution.objective`; nil where it diverged.
    package let worth: Double?
  }

  /// The best of the first individuals.
  package struct Best: Codable, Sendable {
    /// Images that all individuals up to this one have seen in training.
    package let images: Int
    package let worth: Double
  }

  package let objective: String
  package let exponent: Double
  /// Tables of the space, whatever they cost.
  package let spaceSize: Double
  package let individuals: [Individual]
  package let bestSoFar: [Best]
  /// Expected best of so many random individuals, from the same sample.
  package let randomBest: [ExpectedBest]
  /// Largest distance between the distributions of random and of later individuals, with its p.
  package let distance, distanceP: Double?
  /// Whether short trainings tell what full ones tell, over the finalists; nil where individuals
  /// are trained in full, too.
  package let rung: RungTrust?

  /// - Parameter headway: Is told with each individual.
  init(
    _ study: Study, _ design: ArchitectureDesign, _ headway: Headway
  ) throws(TrainingError) {
    let all = try study.individuals()
    let configuration = study.configuration.evolution
    objective = configuration.objective.rawValue
    exponent = configuration.exponent
    spaceSize = design.space.size
    individuals = try all.map { individual throws(TrainingError) in
      try headway.note()
      let top1 = study.ledger[individual.job]?.top1
      return Individual(
        network: study.name(of: individual.network),
        parent: individual.parent.map { $0 + 1 }, top1: top1,
        worth: top1.map { design.evolution.worth(top1: $0, individual.network) })
    }
    var spent = 0
    var known: [(images: Int, worth: Double)] = []
    for (individual, entry) in zip(individuals, all.map { study.ledger[$0.job] }) {
      spent += entry?.images ?? 0
      if let worth = individual.worth { known.append((spent, worth)) }
    }
    bestSoFar = zip(known, BestSoFar.line(known.map(\.worth))).map {
      Best(images: $0.images, worth: $1)
    }
    let random = individuals.filter { $0.parent == nil }.compactMap(\.worth)
    let later = individuals.filter { $0.parent != nil }.compactMap(\.worth)
    randomBest = ExpectedBest.ofEachCount(random)
    let comparison = EmpiricalDistribution(random).flatMap { first in
      EmpiricalDistribution(later).map { KolmogorovSmirnov(first, $0) }
    }
    distance = comparison?.distance
    distanceP = comparison?.p
    rung = try Self.trust(study, design, all)
  }

  private static func trust(
    _ study: Study, _ design: ArchitectureDesign, _ individuals: [Evolution.Individual]
  ) throws(TrainingError) -> RungTrust? {
    guard design.evolution.epochs < study.recipe.epochs, let finalists = try study.finalists()
    else { return nil }
    let short = Dictionary(grouping: individuals, by: \.network)
    var pairs: [(Double, Double)] = []
    for finalist in finalists {
      guard let first = study.ledger.top1((short[finalist.network] ?? []).map(\.job)),
        let final = study.ledger.top1(try design.trainings(finalist.network))
      else { continue }
      pairs.append((first, final))
    }
    return pairs.isEmpty ? nil : RungTrust(.finalists, pairs, all: pairs, study.resampling)
  }
}
