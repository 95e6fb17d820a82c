/// Which individuals can be parents of another: those of a window that ends a fixed lag before it.
///
/// So an individual can be trained as soon as all up to its window's end are, whoever finished
/// first, and evolution comes to the same on any number of ranks that train up to `lag` individuals
/// at the same time.
package struct LagRule: Sendable {
  /// Individuals that may be trained at the same time.
  package let lag: Int
  /// Individuals of a window, once there are as many.
  package let population: Int

  package init(lag: Int, population: Int) {
    precondition(lag > 0 && population > 0, "evolution needs parents")
    self.lag = lag
    self.population = population
  }

  /// Individuals at the beginning that are drawn at random: those of the first window, and those
  /// that may be trained beside each other before anything is known.
  package var random: Int { max(population, lag) }

  /// The possible parents of an individual; none for those that are drawn at random.
  package func parents(of individual: Int) -> Range<Int> {
    guard individual >= random else { return 0..<0 }
    let end = individual - lag + 1
    return max(0, end - population)..<end
  }

  /// Individuals that must be finished before `individual` can begin: all below this number.
  package func needed(by individual: Int) -> Int { parents(of: individual).upperBound }
}

extension EvolutionConfiguration {
  /// Which individuals can be parents of which.
  var rule: LagRule { LagRule(lag: parallel, population: population) }
}
