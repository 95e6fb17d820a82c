import Foundation
import MPI

extension Trainer {
  /// Number of machines that the ranks run on, told apart by their names; called by all ranks.
  static func hostCount(_ communicator: Communicator) throws(TrainingError) -> Int {
    let own = Checkpoint.fingerprint(ProcessInfo.processInfo.hostName)
    do throws(MPIError) {
      return Set(try communicator.allGather([own])).count
    } catch { throw TrainingError(error) }
  }
}
