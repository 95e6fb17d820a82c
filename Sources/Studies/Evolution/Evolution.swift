import Glibc
import Tensors
import Training

/// Aging evolution (Real et al. 2019, arXiv:1802.01548) by a ``LagRule``: what the individuals are
/// follows from the seed and from what the trainings of older ones have come to.
package struct Evolution {
  /// An individual that is known.
  package struct Individual: Sendable {
    package let genome: Genome
    package let network: ScaledNetwork
    package let job: Job
    /// Whose child it is; nil for those that are drawn at random.
    package let parent: Int?
  }

  private let configuration: EvolutionConfiguration
  private let seed: Int
  private let space: SearchSpace
  private let recipe: Recipe
  private let rule: LagRule

  package init(
    _ configuration: EvolutionConfiguration, seed: Int, _ space: SearchSpace, _ recipe: Recipe
  ) {
    self.configuration = configuration
    self.seed = seed
    self.space = space
    self.recipe = recipe
    rule = configuration.rule
  }

  /// Epochs of an individual's schedule.
  package var epochs: Int { configuration.epochs ?? max(1, recipe.epochs / 3) }

  /// Adds the individuals that follow from what a ledger has more than when this was done last.
  package func extend(
    _ lineage: inout Lineage, by ledger: Ledger, _ headway: Headway = .unwatched
  ) throws(TrainingError) {
    var number = lineage.individuals.count
    while lineage.learn(upTo: rule.needed(by: number), ledger),
      number < configuration.individuals
    {
      try headway.note()
      let (genome, parent) = try genome(number, lineage)
      guard let network = space.network(genome) else {
        preconditionFailure("evolution left its bounds")
      }
      // The same network once more is the same training only with the same seed.
      let trial = try recipe.trial(
        network, seed: lineage.occurrences(of: genome), epochs: epochs, on: .heldOut)
      lineage.append(
        Individual(genome: genome, network: network, job: Job(trial), parent: parent))
      number += 1
    }
  }

  /// Whether all individuals are known and done.
  func isDone(_ lineage: Lineage) -> Bool { lineage.finished == configuration.individuals }

  private func genome(
    _ number: Int, _ lineage: Lineage
  ) throws(TrainingError) -> (Genome, parent: Int?) {
    var random = CounterRandom(seed: UInt64(seed), sample: number, purpose: .individual)
    let window = rule.parents(of: number)
    guard !window.isEmpty else { return (try space.random(&random), nil) }
    var candidates = Array(window)
    random.shuffle(&candidates)
    let drawn = candidates.prefix(configuration.sample).sorted()
    /// Nothing ranks below what diverged; of equals the oldest.
    func worth(_ number: Int) -> Double {
      let individual = lineage.individuals[number]
      return lineage.results.top1(of: individual.genome).map {
        self.worth(top1: $0, individual.network)
      } ?? -.infinity
    }
    let parent = drawn.map { (number: $0, score: worth($0)) }.ranked().first ?? window.lowerBound
    let genome = lineage.individuals[parent].genome
    guard random.uniform() >= configuration.identity else { return (genome, parent) }
    return (try space.mutation(of: genome, &random), parent)
  }

  /// What each table is worth by the mean of its trainings; none for one that diverged.
  package func fitness(_ individuals: [Individual], _ ledger: Ledger) -> [Genome: Double] {
    var (results, fitness) = (ResultsOfGenomes(), [Genome: Double]())
    for individual in individuals { results.add(individual, ledger) }
    for individual in individuals {
      fitness[individual.genome] = results.top1(of: individual.genome).map {
        worth(top1: $0, individual.network)
      }
    }
    return fitness
  }

  /// What a network is worth, see ``EvolutionConfiguration/Objective``.
  package func worth(top1: Double, _ network: ScaledNetwork) -> Double {
    let cost = Double(network.multiplyAdds) / Double(space.base.multiplyAdds)
    return switch configuration.objective {
    case .reward: top1 * pow(cost, configuration.exponent)
    case .error: -(1 - top1) * pow(cost, -configuration.exponent)
    }
  }
}

extension RandomPurpose {
  /// What an individual of evolution draws: its parent and what it changes, or all of it.
  fileprivate static let individual = RandomPurpose(31)
}
