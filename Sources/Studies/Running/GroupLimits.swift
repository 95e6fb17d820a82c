import Boundary

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

  /// The number of groups for so many jobs: one for each, as long as there are ranks, and as near
  /// to that as the limits of a group allow.
  ///
  /// - Parameter hosts: Ranks of each host.
  package func groupCount(jobs: Int, hosts: [Int]) -> Int {
    let ranks = hosts.reduce(0, +)
    let wanted = min(max(fixed ?? jobs, 1), ranks)
    return (wanted...ranks).first { allows($0, hosts, least: leastRanks) }
      ?? (1..<wanted).last { allows($0, hosts, least: leastRanks) }
      // Where memory cannot be had, groups are as large as they can be.
      ?? (1...ranks).first { allows($0, hosts, least: 1) } ?? ranks
  }

  /// That another number of groups is formed than the one that is asked for, if so.
  ///
  /// - Parameter hosts: Host of each rank.
  package func notice(hosts: [String]) -> String? {
    guard let fixed else { return nil }
    let ranksOfHosts = Dictionary(grouping: hosts) { $0 }.values.map(\.count)
    let count = groupCount(jobs: fixed, hosts: ranksOfHosts)
    guard count != fixed else { return nil }
    return "\(hosts.count.counted("rank")) can form \(count.counted("group")), not the \(fixed) "
      + "that are asked for with --slots; a training needs \(leastRanks.counted("rank")) for its "
      + "memory and can be shared by \(mostRanks)"
  }

  /// Whether ranks can be divided so that every group has the memory, and the micro-batches, that
  /// it needs.
  ///
  /// - Parameter hosts: Ranks of each host.
  package func hasDivision(hosts: [Int]) -> Bool {
    (1...max(1, hosts.reduce(0, +))).contains { allows($0, hosts, least: leastRanks) }
  }

  /// Whether no group is too small or too large; of enough groups none is spread over hosts, see
  /// ``Division``.
  private func allows(_ count: Int, _ hosts: [Int], least: Int) -> Bool {
    guard count >= hosts.count else {
      let ranks = hosts.reduce(0, +)
      return ranks / count >= least && parts(of: ranks) <= count
    }
    return hosts.allSatisfy { parts(of: $0) <= $0 / least }
      && (hosts.reduce(0) { $0 + parts(of: $1) }...hosts.reduce(0) { $0 + $1 / least })
        .contains(count)
  }

  /// Fewest groups of some ranks that can share a training.
  private func parts(of ranks: Int) -> Int { (ranks + mostRanks - 1) / mostRanks }
}
