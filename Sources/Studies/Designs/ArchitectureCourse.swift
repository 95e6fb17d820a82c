import Training

/// The course of an architecture search: evolution, then its finalists, then those that are
/// confirmed.
final class ArchitectureCourse: StudyCourse {
  /// What it has come to, and what must be done before it goes on.
  private enum Stage {
    case evolving
    case finals(AwaitedJobs)
    case confirming
  }

  private(set) var networks: [StudyNetwork]
  private(set) var known: [Job] = []
  /// The networks that are trained in full; nil before they are known.
  private(set) var finalists: [StudyNetwork]?
  private let design: ArchitectureDesign
  private var stage = Stage.evolving
  private var lineage = Lineage()
  /// Individuals whose networks and jobs are known here.
  private var added = 0
  private var names: [ScaledNetwork: String]
  private var planned: Set<Job> = []

  init(_ design: ArchitectureDesign) {
    self.design = design
    networks = [design.parts.base]
    names = [design.parts.base.network: design.parts.base.name]
  }

  var jobs: [Job] { known }

  /// Those that are known so far, in their order.
  var individuals: [Evolution.Individual] { lineage.individuals }

  func name(of network: ScaledNetwork) -> String? { names[network] }

  func advance(by ledger: Ledger, _ headway: Headway) throws(TrainingError) {
    if case .evolving = stage {
      try design.evolution.extend(&lineage, by: ledger, headway)
      while added < lineage.individuals.count { add(lineage.individuals[added]) }
      if design.evolution.isDone(lineage),
        let finalists = try design.finalists(lineage.individuals, ledger)
      {
        var trainings: [Job] = []
        for finalist in finalists { trainings += try design.trainings(finalist.network) }
        plan(trainings)
        self.finalists = finalists
        stage = .finals(AwaitedJobs(trainings))
      }
    }
    guard case .finals(var awaited) = stage, let finalists else { return }
    let areDone = awaited.areDone(ledger)
    stage = .finals(awaited)
    guard areDone,
      let confirmed = try design.confirmed(finalists, of: lineage.individuals, ledger)
    else { return }
    for network in confirmed { plan(try design.parts.freshTrainings(network.network)) }
    stage = .confirming
  }

  private func add(_ individual: Evolution.Individual) {
    let number = added
    added += 1
    plan([individual.job])
    guard names[individual.network] == nil else { return }
    let network = ArchitectureDesign.network(number, individual)
    names[individual.network] = network.name
    // The base is the last.
    networks.insert(network, at: networks.count - 1)
  }

  private func plan(_ jobs: [Job]) {
    for job in jobs where planned.insert(job).inserted { known.append(job) }
  }
}
