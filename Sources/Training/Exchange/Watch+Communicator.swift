import Datasets
import Foundation
import Hosts
import Kernels
public import MPI
public import Supervision

extension Watch {
  /// Has the ranks of `communicator` watch over each other; called by all of them.
  ///
  /// - Parameters:
  ///   - deadline: Seconds without progress after which a rank counts as stuck; 0 for never.
  ///   - folder: That of the run; rank 0 removes the verdict of an earlier one.
  ///   - outlet: What is told of a loss, and how the process ends by it.
  /// - Throws: When ranks cannot talk to each other through MPI, or that verdict cannot be removed.
  package static func start(
    over communicator: Communicator, deadline: Double, folder: String, outlet: WatchOutlet
  ) throws(TrainingError) -> Watch {
    let rank = communicator.rank
    let log = RankLog(rank: rank, folder: folder)
    var listener: Listener?
    if rank == 0 {
      try Leftover.remove(Verdict.path(inFolder: folder))
      OpenFileLimit.raise(for: communicator.size)
      do throws(WatchError) {
        if communicator.size > 1 {
          listener = try Listener(addresses: NetworkInterface.all.map(\.number.bigEndian))
        }
      } catch { log.note("\(error): ranks watch only over themselves") }
    }
    let own = Member(
      memory: Int(AllottedMemory.limit()), meetingPoint: listener?.meetingPoint)
    let cores = AllottedCores().count
    log.note(
      "rank \(rank) of \(communicator.size) on host \(own.host), pid \(own.pid), \(cores) "
        + "core\(cores == 1 ? "" : "s"), OpenBLAS \(OpenBLAS.coreName)")
    let members: [Member]
    do { members = try communicator.allGather(words: own) } catch is ForeignWords {
      throw TrainingError(
        .rankLost, "not all ranks are of the same program; start all from the same files",
        isShared: true)
    } catch { throw TrainingError(.rankLost, "\(error)") }
    let watch = Watch(
      rank: rank, members: members, listener: listener, activity: Activity(), log: log,
      folder: folder, timing: WatchTiming(deadline: deadline),
      outlet: outlet)
    // Who has not spoken yet is not missed: nobody goes on before all have connected.
    try watch.wait(for: communicator)
    watch.noteMeeting()
    return watch
  }

  /// Waits until all ranks are here; called by all of them.
  public func wait(for communicator: Communicator) throws(TrainingError) {
    try group(communicator).exchange { communicator throws(MPIError) in
      try communicator.barrier()
    }
  }

  private func group(_ communicator: Communicator) -> TrainingGroup {
    TrainingGroup(communicator, activity: activity)
  }

  /// What is to be told of how the ranks are placed and watched; called by all of them.
  public func notices(over communicator: Communicator) throws(TrainingError) -> [String] {
    let all = try group(communicator).exchange { communicator throws(MPIError) in
      try communicator.allGather([isConnected])
    }
    var notices: [String] = []
    let lone = all.indices.filter { !all[$0] }
    if let first = lone.first {
      notices.append(
        "\(lone.count) of \(all.count) ranks, of which the first is rank \(first) on host "
          + "\(members[first].host), cannot reach rank 0 over TCP: their loss will not be noticed; "
          + "allow connections between the hosts")
    }
    if let problem = RankOrder.problem(members.map(\.host)) { notices.append(problem) }
    return notices
  }
}
