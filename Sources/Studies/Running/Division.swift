/// How the ranks of a job are divided into groups that train on their own.
///
/// Neighbours form a group, so that it lies within a host unless it is larger.
package struct Division: Codable, Equatable {
  /// The ranks of each group, ascending; the first speaks for it.
  package let groups: [[Int]]

  /// - Parameters:
  ///   - hosts: Host of each rank.
  ///   - groupCount: Number of groups, at most as many as there are ranks.
  ///   - leastRanks: Ranks that a group must have, where ``GroupLimits`` allow so many groups.
  package init(hosts: [String], groupCount: Int, leastRanks: Int = 1) {
    precondition((1...hosts.count).contains(groupCount), "every group needs a rank")
    var order: [String] = []
    for host in hosts where !order.contains(host) { order.append(host) }
    let ranks = order.map { host in hosts.indices.filter { hosts[$0] == host } }
    guard groupCount >= ranks.count else {
      groups = Self.parts(of: ranks.flatMap { $0 }, count: groupCount)
      return
    }
    // Each host has at least one group, and more where it has more ranks.
    let counts = Self.counts(of: groupCount, among: ranks.map(\.count), leastRanks)
    groups = zip(ranks, counts).flatMap { Self.parts(of: $0, count: $1) }
  }

  /// The groups for some jobs.
  ///
  /// - Parameter hosts: Host of each rank.
  package init(_ hosts: [String], forJobs jobs: Int, _ limits: GroupLimits) {
    let ranksOfHosts = Dictionary(grouping: hosts) { $0 }.values.map(\.count)
    self.init(
      hosts: hosts, groupCount: limits.groupCount(jobs: jobs, hosts: ranksOfHosts),
      leastRanks: limits.leastRanks)
  }

  /// Groups of each host: those with most ranks to a group get another one, as long as there are
  /// any, and before those whose groups would be too small.
  private static func counts(of total: Int, among ranks: [Int], _ least: Int) -> [Int] {
    var counts = [Int](repeating: 1, count: ranks.count)
    for _ in ranks.count..<total {
      let roomy = ranks.indices.filter { (counts[$0] + 1) * least <= ranks[$0] }
      let next = (roomy.isEmpty ? Array(ranks.indices) : roomy).max {
        // Fewer ranks to a group, without fractions; of equals the first.
        (ranks[$0] * counts[$1], $1) < (ranks[$1] * counts[$0], $0)
      }
      counts[next ?? 0] += 1
    }
    return counts
  }

  private static func parts(of ranks: [Int], count: Int) -> [[Int]] {
    (0..<count).map {
      // Neighbours on several hosts may not be in the order that a communicator puts them in.
      ranks[$0 * ranks.count / count..<($0 + 1) * ranks.count / count].sorted()
    }
  }

  /// Number of the group that a rank belongs to.
  package func group(of rank: Int) -> Int { groups.firstIndex { $0.contains(rank) } ?? 0 }
}
