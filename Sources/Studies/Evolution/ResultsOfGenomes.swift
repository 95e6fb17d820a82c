/// What the trainings of each table have come to, of so many individuals.
struct ResultsOfGenomes {
  /// Individuals that were added.
  private(set) var count = 0
  private var sums: [Genome: Sum] = [:]

  private struct Sum {
    var top1 = 0.0
    var trainings = 0
    var hasDiverged = false
  }

  /// Adds the next individual, whose training may not be done.
  mutating func add(_ individual: Evolution.Individual, _ ledger: Ledger) {
    count += 1
    guard let entry = ledger[individual.job] else { return }
    if let top1 = entry.top1 {
      sums[individual.genome, default: Sum()].top1 += top1
    } else {
      sums[individual.genome, default: Sum()].hasDiverged = true
    }
    sums[individual.genome, default: Sum()].trainings += 1
  }

  /// Mean of a table's trainings; nil without any, and where one has diverged.
  func top1(of genome: Genome) -> Double? {
    sums[genome].flatMap { $0.hasDiverged ? nil : $0.top1 / Double($0.trainings) }
  }
}
