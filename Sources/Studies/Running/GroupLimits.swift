/// How many groups the ranks of a study can form.
package struct GroupLimits: Sendable {
  /// Ranks that a training needs for its memory.
  package let leastRanks: Int
  /// Ranks that can share a training: its micro-batches.
  package let mostRanks: Int
  /// A number of groups that is kept to whatever there is to do.
  package let fixed: Int?

  package init(leastRanks: Int = 1, mostRanks: Int, fixed: Int? = nil) {
    self.leastRanks = leastRanks
    self.mostRanks = mostRanks
    self.fixed = fixed
  }

  /// The number of groups for so many jobs: one for each, as long as there are ranks, and as near to that
  /// as the limits of a group allow.
  ///
  /// - Parameter hosts: Ranks of each host.
  package func groupCount(jobs: Int, hosts: [Int]) -> Int {
    let ranks = hosts.reduce(0, +)
    let flat = parts(of: ranks)
    let byHost = hosts.reduce(0) { $0 + parts(of: $1) }
    /// Whether no group gets more than the most ranks; of enough groups none is spread over hosts, see
    /// ``Division``.
    func isPossible(_ count: Int) -> Bool { count >= (count < hosts.count ? flat : byHost) }
    let most = max(1, ranks / leastRanks)
    let wanted = min(max(fixed ?? jobs, 1), most)
    return (wanted...most).first(where: isPossible) ?? (1..<wanted).last(where: isPossible)
      ?? (most...ranks).first(where: isPossible) ?? ranks
  }

  private func parts(of ranks: Int) -> Int { (ranks + mostRanks - 1) / mostRanks }
}
