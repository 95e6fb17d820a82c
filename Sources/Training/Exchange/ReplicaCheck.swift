import Kernels
import MPI

/// Proof that all ranks hold the same bits.
///
/// Each hashes its weights, statistics, moments and averages, which takes as long as reading them
/// once, and all compare the hashes.
package enum ReplicaCheck {
  /// Compares the states of all ranks; called by all.
  ///
  /// - Throws: When they differ, on all ranks the same: the first rank that is not like most, and
  ///   the first arena in which it is not.
  package static func run(
    _ state: ModelState, over group: TrainingGroup
  ) throws(TrainingError) {
    guard group.size > 1 else { return }
    let arenas = state.arenas
    let own = arenas.map { Fingerprint.of($0.buffer.start, count: $0.buffer.count) }
    let all = try group.exchange { communicator throws(MPIError) in
      try communicator.allGather(own)
    }
    let replicas = (0..<group.size).map { rank in
      Array(all[rank * own.count..<(rank + 1) * own.count])
    }
    guard let (rank, arena, hasMajority) = firstDifference(replicas) else { return }
    throw TrainingError(
      .check,
      hasMajority
        ? "rank \(rank) no longer has the same \(arenas[arena].name) as most ranks after step "
          + "\(state.step); its memory or processor is to be suspected: leave its host out and go on "
          + "with --resume, nothing of this was saved"
        : "ranks 0 and \(rank) no longer have the same \(arenas[arena].name) after step "
          + "\(state.step); memory or processor of one is to be suspected: go on with --resume on "
          + "other hosts, nothing of this was saved",
      isShared: true)
  }

  /// The first replica that is not like most, the first part in which it is not, and whether there
  /// are most: more than half are alike.
  package static func firstDifference(
    _ replicas: [[UInt64]]
  ) -> (replica: Int, part: Int, hasMajority: Bool)? {
    let counts = Dictionary(replicas.map { ($0, 1) }, uniquingKeysWith: +)
    let common = counts.first { 2 * $0.value > replicas.count }?.key
    let reference = common ?? replicas[0]
    guard let replica = replicas.firstIndex(where: { $0 != reference }),
      let part = zip(reference, replicas[replica]).enumerated().first(where: { $1.0 != $1.1 })
    else { return nil }
    return (replica, part.offset, common != nil)
  }
}
