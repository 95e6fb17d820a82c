import Foundation
import MPI

extension Trainer {
  /// Number of machines that the ranks run on, told apart by their names; called by all ranks.
  static func hostCount(_ communicator: Communicator) throws(TrainingError) -> Int {
    let own = [Int64(bitPattern: Checkpoint.fingerprint(ProcessInfo.processInfo.hostName))]
    var all = [Int64](repeating: 0, count: communicator.size)
    do {
      try own.withUnsafeBufferPointer { own in
        try all.withUnsafeMutableBufferPointer { try communicator.allGather(own, into: $0) }
      }
    } catch { throw TrainingError(error) }
    return Set(all).count
  }
}
