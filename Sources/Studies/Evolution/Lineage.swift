import Training

/// The individuals of an evolution that are known so far, with what the next one is decided by.
///
/// An individual follows from the results of older ones alone, so that it never changes: a ledger
/// that has grown adds individuals, in whatever order its entries have come.
package struct Lineage {
  /// In their order.
  package private(set) var individuals: [Evolution.Individual] = []
  /// How many of them have each genome.
  private var occurrences: [Genome: Int] = [:]
  /// Of the oldest ones, as many as the next individual may know.
  private(set) var results = ResultsOfGenomes()
  /// Individuals before the first that is not done.
  private(set) var finished = 0

  package init() {}

  /// Looks in the ledger for what was not done before.
  ///
  /// - Returns: Whether all up to, but without, `needed` are done; then ``results`` has those and
  ///   no others.
  mutating func learn(upTo needed: Int, _ ledger: Ledger) -> Bool {
    while finished < individuals.count, ledger.has(individuals[finished].job) { finished += 1 }
    guard finished >= needed else { return false }
    while results.count < needed { results.add(individuals[results.count], ledger) }
    return true
  }

  /// Individuals that have a genome already.
  func occurrences(of genome: Genome) -> Int { occurrences[genome, default: 0] }

  /// Adds the next individual.
  mutating func append(_ individual: Evolution.Individual) {
    individuals.append(individual)
    occurrences[individual.genome, default: 0] += 1
  }
}
