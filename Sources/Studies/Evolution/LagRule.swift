/// Which individuals can be parents of another: those of a window that ends a fixed lag before it.
///
/// So an individual can be trained as soon as all up to its window's end are, whoever finished
/// first, and evolution comes to the same on any number of ranks that train up to `lag` individuals
/// at the same time.
package struct LagRule: Sendable {
  /// Individuals that may be trained at the same time.
  package let lag: Int
  /// Individuals of a window; as many at the beginning are random.
  package let population: Int

  package init(lag: Int, population: Int) {
    precondition(lag > 0 && population > 0, "evolution needs parents")
    self.lag = lag
    self.population = population
  }

  /// The possible parents of an individual; none for those that are drawn at random.
  package func parents(of individual: Int) -> Range<Int> {
    guard individual >= population else { return 0..<0 }
    let end = individual - lag + 1
    return max(0, end - population)..<max(0, end)
  }

  /// Individuals that must be finished before `individual` can begin: all below this number.
  package func needed(by individual: Int) -> Int { parents(of: individual).upperBound }
}
