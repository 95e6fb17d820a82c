import Foundation
import Studies
import XCTest

/// Ranks in groups, on hosts that have many or few of them.
final class DivisionTests: XCTestCase {
  private func groups(_ hosts: String, _ count: Int) -> [[Int]] {
    Division(hosts: hosts.map { String($0) }, groupCount: count).groups
  }

  func testNeighboursOfAHostFormAGroup() {
    XCTAssertEqual(groups("aaaa", 1), [[0, 1, 2, 3]])
    XCTAssertEqual(groups("aaaa", 2), [[0, 1], [2, 3]])
    XCTAssertEqual(groups("aaaa", 3), [[0], [1], [2, 3]])
    XCTAssertEqual(groups("aaaabbbb", 4), [[0, 1], [2, 3], [4, 5], [6, 7]])
    // Ranks that were dealt out host by host.
    XCTAssertEqual(groups("abab", 2), [[0, 2], [1, 3]])
  }

  func testAHostWithMoreRanksHasMoreGroups() {
    XCTAssertEqual(groups("aaaaaab", 3), [[0, 1, 2], [3, 4, 5], [6]])
    XCTAssertEqual(groups("abbbb", 3), [[0], [1, 2], [3, 4]])
    XCTAssertEqual(groups("aabb", 3), [[0], [1], [2, 3]])
  }

  func testAGroupSpansHostsOnlyWhereThereAreFewerGroups() {
    XCTAssertEqual(groups("abcd", 2), [[0, 1], [2, 3]])
    XCTAssertEqual(groups("abcd", 4), [[0], [1], [2], [3]])
    XCTAssertEqual(groups("aabbcc", 1), [[0, 1, 2, 3, 4, 5]])
  }

  /// All ways to put up to seven ranks on up to three hosts.
  private var placements: [[String]] {
    (1...7).flatMap { ranks in
      (0..<Int(pow(3.0, Double(ranks)))).map { code in
        var (code, hosts) = (code, [String]())
        for _ in 0..<ranks {
          hosts.append(["a", "b", "c"][code % 3])
          code /= 3
        }
        return hosts
      }
    }
  }

  func testEveryRankIsInOneGroupThatItsFirstSpeaksFor() {
    for hosts in placements {
      for count in 1...hosts.count {
        let division = Division(hosts: hosts, groupCount: count)
        XCTAssertEqual(division.groups.count, count)
        XCTAssertEqual(division.groups.flatMap { $0 }.sorted(), Array(hosts.indices))
        for (number, group) in division.groups.enumerated() {
          // A communicator has them in this order, whatever the order of their hosts.
          XCTAssertEqual(group, group.sorted(), "\(hosts) in \(count)")
          for rank in group { XCTAssertEqual(division.group(of: rank), number) }
          if count >= Set(hosts).count {
            XCTAssertEqual(Set(group.map { hosts[$0] }).count, 1, "\(hosts) in \(count)")
          }
        }
        XCTAssertEqual(division.group(of: 0), 0)
      }
    }
  }

  func testNoGroupHasMoreRanksThanCanShareATraining() {
    for hosts in placements {
      let counts = Dictionary(grouping: hosts) { $0 }.values.map(\.count)
      for most in 1...4 {
        for jobs in 0...9 {
          let count = GroupLimits(mostRanks: most).groupCount(jobs: jobs, hosts: counts)
          XCTAssertGreaterThanOrEqual(count, min(max(jobs, 1), hosts.count))
          let division = Division(hosts: hosts, groupCount: count)
          XCTAssertLessThanOrEqual(
            division.groups.map(\.count).max() ?? 0, most, "\(hosts), \(jobs) jobs")
        }
      }
    }
  }

  func testNoGroupHasFewerRanksThanMemoryNeeds() {
    var (kept, conflicts) = (0, 0)
    for hosts in placements {
      let counts = Dictionary(grouping: hosts) { $0 }.values.map(\.count)
      for least in 1...4 {
        for most in [least, least + 1, 7] {
          let limits = GroupLimits(leastRanks: least, mostRanks: most)
          func sizes(_ count: Int) -> [Int] {
            Division(hosts: hosts, groupCount: count, leastRanks: least).groups.map(\.count)
          }
          let possible = hosts.indices.map { $0 + 1 }.filter {
            sizes($0).allSatisfy { (least...most).contains($0) }
          }
          XCTAssertEqual(limits.hasDivision(hosts: counts), !possible.isEmpty, "\(hosts) \(limits)")
          for jobs in 0...8 {
            let count = limits.groupCount(jobs: jobs, hosts: counts)
            let wanted = max(1, jobs)
            if let nearest = possible.first(where: { $0 >= wanted }) ?? possible.last {
              XCTAssertEqual(count, nearest, "\(hosts) \(limits), \(jobs) jobs")
              kept += 1
            } else {
              XCTAssertLessThanOrEqual(sizes(count).max() ?? 0, most, "\(hosts) \(limits)")
              conflicts += 1
            }
          }
        }
      }
    }
    XCTAssertGreaterThan(kept, 100_000)
    XCTAssertGreaterThan(conflicts, 1_000)
  }

  func testAHostWithRoomHasTheNextGroup() {
    // By ranks to a group the first host would be next, which then had a group of one.
    let hosts = Array("aaabbbbbbbb").map { String($0) }
    XCTAssertEqual(
      Division(hosts: hosts, groupCount: 5, leastRanks: 2).groups,
      [[0, 1, 2], [3, 4], [5, 6], [7, 8], [9, 10]])
    XCTAssertEqual(
      Division(hosts: hosts, groupCount: 5).groups,
      [[0], [1, 2], [3, 4], [5, 6, 7], [8, 9, 10]])
  }

  func testThereIsAGroupForEachJobWithinLimits() {
    func count(_ limits: GroupLimits, _ jobs: Int, _ hosts: [Int]) -> Int {
      limits.groupCount(jobs: jobs, hosts: hosts)
    }
    let limits = GroupLimits(mostRanks: 4)
    XCTAssertEqual((0...9).map { count(limits, $0, [8]) }, [2, 2, 2, 3, 4, 5, 6, 7, 8, 8])
    // Three groups would leave a host with three ranks in one of them.
    XCTAssertEqual(count(GroupLimits(mostRanks: 2), 1, [3, 3]), 4)
    XCTAssertEqual(count(GroupLimits(mostRanks: 2, fixed: 3), 9, [3, 3]), 4)
    XCTAssertEqual(count(GroupLimits(mostRanks: 4, fixed: 5), 1, [8]), 5)
    XCTAssertEqual(count(GroupLimits(mostRanks: 4, fixed: 1), 9, [8]), 2)
    XCTAssertEqual(count(GroupLimits(mostRanks: 4, fixed: 100), 1, [8]), 8)
    // Memory for two ranks at least: not more than four groups of eight ranks.
    XCTAssertEqual(count(GroupLimits(leastRanks: 2, mostRanks: 8), 9, [8]), 4)
    XCTAssertEqual(count(GroupLimits(leastRanks: 20, mostRanks: 32), 9, [8]), 1)
    // Within a host of three ranks there is one group of two or more.
    XCTAssertEqual(count(GroupLimits(leastRanks: 2, mostRanks: 8), 3, [3, 3]), 2)
    // One rank alone on its host shares with others.
    XCTAssertEqual(count(GroupLimits(leastRanks: 2, mostRanks: 8), 3, [3, 1]), 1)
  }
}
