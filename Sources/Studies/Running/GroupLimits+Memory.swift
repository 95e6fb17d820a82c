import Foundation
import Training

extension GroupLimits {
  /// The smallest groups with which all ranks have the memory that the largest network takes.
  ///
  /// - Parameters:
  ///   - study: Its networks, all that evolution may come to included.
  ///   - freeBytes: For each rank, what is free on its host for all ranks there.
  ///   - hosts: Host of each rank.
  /// - Throws: Where even the largest groups have too little.
  package init(
    _ study: Study, freeBytes: [Double], hosts: [String], fixed: Int?
  ) throws(TrainingError) {
    let batch = study.configuration.run.batch
    let most = batch.roundMicroBatchCount
    let shares = zip(hosts, freeBytes).map { host, bytes in
      bytes / Double(hosts.count { $0 == host })
    }
    let own = shares.min() ?? 0
    let networks = try study.networks().map(\.network.architecture)
    let space = (study.design as? ArchitectureDesign)?.space
    /// Bytes of a rank, where a group of so many trains the largest network.
    func bytes(_ ranks: Int) -> Double {
      let images = (batch.roundMicroBatchCount + ranks - 1) / ranks * batch.microBatch
      let all = networks + (space.map { [$0.largest(images: images)] } ?? [])
      return all.map { $0.trainingBytes(images: images) }.max() ?? 0
    }
    let sizes = (1...max(1, min(most, hosts.count)))
    guard let least = sizes.first(where: { bytes($0) <= own }) else {
      let (needed, there) = (
        String(format: "%.1f", bytes(sizes.upperBound) / 1e9), String(format: "%.1f", own / 1e9)
      )
      throw TrainingError(
        .usage,
        "the largest network takes about \(needed) GB a rank, with \(sizes.upperBound) ranks to a training, "
          + "and \(there) GB are free for each: start fewer ranks on a host, or more hosts, or set "
          + "batch.rounds")
    }
    self.init(leastRanks: least, mostRanks: most, fixed: fixed)
    let ranksOfHosts = Dictionary(grouping: hosts) { $0 }.mapValues(\.count)
    guard hasDivision(hosts: Array(ranksOfHosts.values)) else {
      throw TrainingError(
        .usage,
        "the largest network needs the memory of \(least) ranks, and a training has work for at most "
          + "\(most): \(hosts.count) ranks on \(ranksOfHosts.count) hosts cannot be divided into such "
          + "groups; start a multiple of \(least) ranks on each host")
    }
  }
}
