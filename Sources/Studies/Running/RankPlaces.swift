import Hosts
import MPI
import Training

/// Where the ranks of a job run, and what is there for them; the same on all of them.
package struct RankPlaces: Sendable {
  /// Host of each rank.
  package let hosts: [String]
  /// For each rank, bytes that are free on its host for all ranks there.
  package let freeBytes: [Double]
  /// For each rank, whether every core of its host has one.
  private let crowded: [Bool]

  package init(hosts: [String], freeBytes: [Double], crowded: [Bool]) {
    self.hosts = hosts
    self.freeBytes = freeBytes
    self.crowded = crowded
  }

  /// Asks all ranks, which all call this.
  package init(_ group: TrainingGroup) throws(TrainingError) {
    let hosts = try group.hosts()
    let rank = group.communicator.rank
    let cores = AllottedCores().count
    let isCrowded = cores == 1 || cores <= hosts.count { $0 == hosts[rank] }
    let (free, crowded) = try group.exchange { communicator throws(MPIError) in
      (try communicator.allGather([AllottedMemory.free()]), try communicator.allGather([isCrowded]))
    }
    self.init(hosts: hosts, freeBytes: free, crowded: crowded)
  }

  /// Whether a group has a rank without a core for threads that prepare images.
  package func isCrowded(_ ranks: [Int]) -> Bool { ranks.contains { crowded[$0] } }

  /// Bytes that are free for one rank, on the host that has least for it.
  package var freeBytesOfRank: Double {
    zip(hosts, freeBytes).map { host, bytes in
      bytes / Double(hosts.count { $0 == host })
    }.min() ?? 0
  }
}
