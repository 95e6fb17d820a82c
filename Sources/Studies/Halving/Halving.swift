import Tensors

/// Successive halving (Jamieson & Talwalkar 2016, arXiv:1502.07943) with fixed members: which
/// networks go on after a rung depends on the scores of their cohort alone, and never on who was
/// first.
package struct Halving: Sendable {
  /// Share of a cohort that goes on, at least one network.
  package let keep: Double
  /// Networks of a cohort, by their number; 0 for all.
  package let cohort: Int
  /// Numbers of those that go on whatever their score: a test must not depend on a rung.
  package let protected: Set<Int>

  package init(keep: Double, cohort: Int = 0, protected: Set<Int> = []) {
    self.keep = keep
    self.cohort = cohort
    self.protected = protected
  }

  /// Which networks go on.
  ///
  /// - Parameters:
  ///   - entrants: Numbers of the networks of this rung, ascending.
  ///   - score: Images that a network classifies rightly; nil for one that diverged, which does not
  ///     go on.
  /// - Returns: Their numbers, ascending. Of equal scores the first go on.
  package func survivors(of entrants: [Int], _ score: (Int) -> Int?) -> [Int] {
    var survivors: Set<Int> = []
    for cohort in cohorts(of: entrants) {
      let count = max(1, Int((keep * Double(cohort.count)).rounded()))
      let ranked = cohort.compactMap { number in score(number).map { (number: number, score: $0) } }
        .ranked()
      survivors.formUnion(ranked.prefix(count))
    }
    return entrants.filter {
      survivors.contains($0) || (protected.contains($0) && score($0) != nil)
    }
  }

  /// Those that are compared with each other, ascending.
  func cohorts(of entrants: [Int]) -> [[Int]] {
    guard cohort > 0 else { return [entrants] }
    return Dictionary(grouping: entrants) { $0 / cohort }.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Some of those that a rung has dropped, by lot: only by what becomes of them can be told
  /// whether a rung is to be trusted.
  ///
  /// - Returns: Their numbers, ascending.
  package static func unselected(of dropped: [Int], count: Int, seed: Int) -> [Int] {
    var random = CounterRandom(seed: UInt64(seed), purpose: .unselected)
    var lots = dropped
    random.shuffle(&lots)
    return lots.prefix(count).sorted()
  }
}

extension RandomPurpose {
  /// Networks that go on though a rung has dropped them.
  fileprivate static let unselected = RandomPurpose(30)
}
