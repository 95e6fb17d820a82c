import Boundary
import Foundation
package import MPI
package import Supervision

/// The ranks of one training, and what they tell each other beside the arithmetic of its steps.
///
/// What goes wrong on one of them becomes the error of all: they end alike, and nobody waits for
/// another. Trainings on other ranks of the job go on. Only ranks that cannot talk to each other
/// are beyond this.
package final class TrainingGroup {
  package let communicator: Communicator
  /// What this rank does, for whoever watches.
  let activity: Activity

  /// Number of this process in the training.
  var rank: Int { communicator.rank }
  /// Number of processes.
  var size: Int { communicator.size }
  /// Whether this is the rank that writes and speaks for all.
  package var isFirst: Bool { rank == 0 }

  package init(_ communicator: Communicator, activity: Activity = Activity()) {
    self.communicator = communicator
    self.activity = activity
  }

  /// Host of each rank; called by all of them.
  package func hosts() throws(TrainingError) -> [String] {
    try exchange { communicator throws(MPIError) in
      try communicator.allGatherParts(Array(ProcessInfo.processInfo.hostName.utf8))
    }.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Talks to the other ranks, which whoever watches sees as waiting.
  package func exchange<Value>(
    _ body: (Communicator) throws(MPIError) -> Value
  ) throws(TrainingError) -> Value {
    do throws(MPIError) {
      return try activity.exchange { () throws(MPIError) in try body(communicator) }
    } catch { throw TrainingError(error) }
  }

  /// Does what may fail on some of the ranks: then it fails on all of them.
  package func agreed<Value>(
    _ body: () throws(TrainingError) -> Value
  ) throws(TrainingError) -> Value {
    let own: Result<Value, TrainingError>
    do { own = .success(try body()) } catch { own = .failure(error) }
    if case .failure(let fault) = own {
      try requireNone(fault)
    } else {
      try requireNone(nil)
    }
    return try own.get()
  }

  /// Goes on if no rank has met a fault; called by all of them.
  ///
  /// - Throws: The fault of the first rank that has one, on all ranks the same.
  func requireNone(_ own: TrainingError?) throws(TrainingError) {
    if let fault = try first(own) { throw fault }
  }

  /// The fault of the first rank that has one, the same on all ranks, which all call this.
  package func first(_ own: TrainingError?) throws(TrainingError) -> TrainingError? {
    if let own, own.faultKind == .rankLost { throw own }
    let words = own.map {
      [
        UInt8(truncatingIfNeeded: $0.faultKind.rawValue),
        UInt8(truncatingIfNeeded: $0.stopSignal ?? 0), $0.isDamage ? 1 : 0,
      ] + $0.description.utf8
    }
    let all = try exchange { communicator throws(MPIError) in
      try communicator.allGatherParts(words ?? [])
    }
    guard let rank = all.firstIndex(where: { $0.count >= 3 }),
      let kind = FaultKind(rawValue: Int32(all[rank][0]))
    else { return nil }
    let stopSignal = all[rank][1] > 0 ? Int32(all[rank][1]) : nil
    let text = String(decoding: all[rank].dropFirst(3), as: UTF8.self)
    let hosts = try hosts()
    // The files of the run are rank 0's; what others meet may be of their host alone.
    let isOfAll =
      (rank == 0 && Set(hosts).count == 1) || all.allSatisfy { $0 == all[rank] }
    return TrainingError(
      kind, isOfAll || stopSignal != nil ? text : "rank \(rank) on \(hosts[rank]): \(text)",
      isShared: true, isDamage: all[rank][2] > 0, stopSignal: stopSignal)
  }
}
