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
  ///   - folder: Of the run; rank 0 removes the verdict of an earlier one.
  ///   - ends: Called when the job is known to end: this rank or another has finished or failed.
  /// - Throws: When ranks cannot talk to each other through MPI, or that verdict cannot be removed.
  public static func start(
    over communicator: Communicator, deadline: Double, folder: RunFolder,
    ends: @escaping @Sendable () -> Void = {}
  ) throws(TrainingError) -> Watch {
    let rank = communicator.rank
    let log = RankLog(rank: rank, folder: folder.path)
    var listener: Listener?
    if rank == 0 {
      try folder.removeLeftover(at: Verdict.path(inFolder: folder.path))
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
    do {
      members = try communicator.allGatherParts([UInt8](JSONEncoder().encode(own))).map {
        try JSONDecoder().decode(Member.self, from: Data($0))
      }
    } catch { throw TrainingError(error) }
    let watch = Watch(
      rank: rank, members: members, listener: listener, activity: Activity(), log: log,
      folder: folder.path, timing: WatchTiming(deadline: deadline),
      outlet: .process(ends: ends))
    // Who has not spoken yet is not missed: nobody goes on before all have connected.
    do throws(MPIError) {
      try watch.activity.exchange { () throws(MPIError) in try communicator.barrier() }
    } catch { throw TrainingError(error) }
    watch.noteMeeting()
    return watch
  }
}
