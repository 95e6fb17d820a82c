import Training

/// The baseline itself: aging evolution of its stages, then the best ones trained in full beside
/// the base and the best of the random ones, then a few of them confirmed with fresh seeds on
/// images that nothing was selected by.
package struct ArchitectureDesign: StudyDesign {
  package let parts: StudyParts
  package let space: SearchSpace
  package let evolution: Evolution

  /// - Throws: Where there is nothing to select by.
  package init(_ parts: StudyParts) throws(TrainingError) {
    self.parts = parts
    try parts.requireHeldOut()
    let configuration = parts.configuration
    space = SearchSpace(configuration.space, base: parts.recipe.base)
    evolution = Evolution(
      configuration.evolution, seed: configuration.search.seed, space, parts.recipe)
  }

  package func course() -> any StudyCourse { ArchitectureCourse(self) }

  /// All of them: they are about directions of scaling. Not refused, because one configuration may
  /// be that of studies of all kinds.
  package var unanswered: [Hypothesis] { parts.configuration.search.hypotheses }

  /// An individual as a network of the study.
  static func network(_ number: Int, _ individual: Evolution.Individual) -> StudyNetwork {
    StudyNetwork("individual \(number + 1)", individual.network)
  }

  /// The networks that are trained in full: the best ones, the best of those that were drawn at
  /// random, and the base; nil before they are known.
  package func finalists(
    _ individuals: [Evolution.Individual], _ ledger: Ledger
  ) throws(TrainingError) -> [StudyNetwork]? {
    guard individuals.count == parts.configuration.evolution.individuals,
      ledger.hasAll(individuals.map(\.job))
    else { return nil }
    let fitness = evolution.fitness(individuals, ledger)
    var firsts: [Genome: Int] = [:]
    for (number, individual) in individuals.enumerated() where firsts[individual.genome] == nil {
      firsts[individual.genome] = number
    }
    let ranked = firsts.compactMap { genome, number in
      fitness[genome].map { (number: number, score: $0) }
    }.ranked()
    var numbers = Array(ranked.prefix(parts.configuration.search.finalists))
    if let random = ranked.first(where: { individuals[$0].parent == nil }),
      !numbers.contains(random)
    {
      numbers.append(random)
    }
    let networks = numbers.map { Self.network($0, individuals[$0]) }
    return networks.filter { $0.network != parts.recipe.base } + [parts.base]
  }

  /// Trainings of a finalist, on the images that are held out.
  package func trainings(_ network: ScaledNetwork) throws(TrainingError) -> [Job] {
    try parts.wholeTrainings(
      network, seeds: parts.configuration.search.seeds, on: .heldOut)
  }

  /// The finalists that are confirmed: the best ones, the best of the random ones, and the base;
  /// nil before they are known.
  package func confirmed(
    _ finalists: [StudyNetwork], of individuals: [Evolution.Individual], _ ledger: Ledger
  ) throws(TrainingError) -> [StudyNetwork]? {
    guard let ranking = try ranking(finalists, ledger) else { return nil }
    let evolved = ranking.filter { $0.name != parts.base.name }
    var confirmed = Array(evolved.prefix(parts.configuration.search.confirmed))
    let random = evolved.first { finalist in
      individuals.contains { $0.parent == nil && $0.network == finalist.network }
    }
    if let random, !confirmed.contains(where: { $0.network == random.network }) {
      confirmed.append(random)
    }
    return confirmed + [parts.base]
  }

  /// Finalists by what they are worth when they are trained in full, the best first; nil before
  /// they are.
  package func ranking(
    _ finalists: [StudyNetwork], _ ledger: Ledger
  ) throws(TrainingError) -> [StudyNetwork]? {
    var worths: [(number: Int, score: Double)] = []
    for (number, finalist) in finalists.enumerated() {
      let jobs = try trainings(finalist.network)
      guard ledger.hasAll(jobs) else { return nil }
      guard let correct = ledger.correct(jobs) else { continue }
      let images = jobs.reduce(0) { $0 + (ledger[$1]?.count ?? 0) }
      let top1 = Double(correct) / Double(images)
      worths.append((number, evolution.worth(top1: top1, finalist.network)))
    }
    return worths.ranked().map { finalists[$0] }
  }
}
