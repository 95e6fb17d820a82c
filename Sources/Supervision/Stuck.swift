/// A rank for which the others wait in vain.
package struct Stuck: Equatable {
  package enum Reason: Equatable {
    /// It does not even send heartbeats.
    case silent
    /// It does not wait for others, and gets no further.
    case idle
    /// All of a training wait for each other; it is in an earlier exchange than others.
    case behind
    /// All of a training wait for each other in the same exchange.
    case deadlock
  }

  package let rank: Int
  package let reason: Reason
  let seconds: Double

  /// Finds the rank that has not moved for `deadline` seconds and should have.
  ///
  /// A rank that waits for others is not to blame while any of them is silent or idle.
  package init?(among peers: [Int: Peer], at time: Double, deadline: Double) {
    let judged = peers.filter { !$0.value.hasEnded && $0.value.heard > 0 }
    func oldest(_ key: KeyPath<Peer, Double>, _ isJudged: (Peer) -> Bool) -> (Int, Double)? {
      judged.filter { isJudged($0.value) }
        .map { ($0.key, time - $0.value[keyPath: key]) }
        .filter { $0.1 >= deadline }
        .max { ($0.1, $1.0) < ($1.1, $0.0) }
    }
    if let (rank, seconds) = oldest(\.heard, { _ in true }) {
      (self.rank, reason, self.seconds) = (rank, .silent, seconds)
    } else if let (rank, seconds) = oldest(\.moved, { !$0.pulse.isWaiting }) {
      (self.rank, reason, self.seconds) = (rank, .idle, seconds)
    } else {
      let groups = Dictionary(grouping: judged.keys) { judged[$0]?.pulse.training ?? 0 }
      let stuck = groups.sorted { $0.key < $1.key }.lazy.compactMap { _, ranks in
        Stuck(waiting: judged.filter { ranks.contains($0.key) }, at: time, deadline: deadline)
      }
      guard let first = stuck.first else { return nil }
      self = first
    }
  }

  /// Judges the ranks of a training, of which all wait.
  private init?(waiting ranks: [Int: Peer], at time: Double, deadline: Double) {
    let last = ranks.values.map(\.moved).max() ?? time
    let numbers = ranks.mapValues(\.pulse.exchanges)
    guard time - last >= deadline, ranks.values.allSatisfy(\.pulse.isWaiting),
      let first = numbers.min(by: { ($0.value, $0.key) < ($1.value, $1.key) })
    else { return nil }
    rank = first.key
    reason = Set(numbers.values).count > 1 ? .behind : .deadlock
    seconds = time - last
  }

  /// What is said of it.
  var problem: String {
    let time = seconds < 10 ? "\((seconds * 10).rounded() / 10) s" : "\(Int(seconds)) s"
    return switch reason {
    case .silent: "it has been silent for \(time): the process is stopped, or its host overloaded"
    case .idle: "it has got no further for \(time)"
    case .behind: "for \(time) it has waited in an exchange that other ranks have left behind"
    case .deadlock:
      "all ranks have waited for each other for \(time): the network does not deliver, or MPI hangs"
    }
  }
}
