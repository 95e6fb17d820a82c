import Foundation
import MPI
import Supervision

extension Trainer {
  /// Number of machines that the ranks run on, told apart by their names; called by all ranks.
  static func hostCount(
    _ communicator: Communicator, _ activity: Activity
  ) throws(TrainingError) -> Int {
    let own = Checkpoint.fingerprint(ProcessInfo.processInfo.hostName)
    do throws(MPIError) {
      return try activity.exchange { () throws(MPIError) in
        Set(try communicator.allGather([own])).count
      }
    } catch { throw TrainingError(error) }
  }
}
