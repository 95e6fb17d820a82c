/// Holm's adjustment for several tests at a time.
package enum Holm {
  /// Values that can each be held against one level, in the order of the tests.
  ///
  /// With a probability of at least 1 − level, no test at or below the level errs, however the
  /// tests depend on each other.
  ///
  /// - Precondition: All values lie between 0 and 1.
  package static func adjusted(_ p: [Double]) -> [Double] {
    precondition(p.allSatisfy { (0...1).contains($0) }, "a p value outside 0 to 1")
    var result = p
    var largest = 0.0
    for (rank, test) in p.indices.sorted(by: { (p[$0], $0) < (p[$1], $1) }).enumerated() {
      largest = max(largest, min(1, Double(p.count - rank) * p[test]))
      result[test] = largest
    }
    return result
  }
}
