import Boundary
import Foundation

extension WatchLoop {
  /// How messages call a rank.
  func name(_ rank: Int) -> String { members[rank].name(rank: rank) }

  /// Where a rank is that does not say so any more.
  ///
  /// The ranks of a training go in step: where this one has come further since, so had the other,
  /// but for the exchange that this one waits in.
  private func whereabouts(of peer: Peer) -> Pulse {
    let own = Pulse(activity)
    let isAhead = own.training == peer.pulse.training && own.exchanges > peer.pulse.exchanges
    return isAhead ? own : peer.pulse
  }

  /// A connection has ended.
  func lost(_ subject: Int, _ end: StreamSocket.End) {
    guard !isQuiet, let peer = peers[subject], !peer.hasEnded else { return }
    peers[subject]?.hasEnded = true
    let isUnreachable = end == .unreachable
    if isUnreachable { silentHosts.insert(members[subject].host) }
    let pulse = whereabouts(of: peer)
    let reason =
      switch end {
      case .unreachable: "its host no longer answers; go on with --resume on the others"
      case .closed: "its process ended\(memoryHint(subject)); go on with --resume"
      case .improper:
        "its messages arrive altered, by damaged memory or by the network; go on with --resume"
      }
    let verdict = Verdict(
      .lost, rank: subject, members[subject], pulse, unreachable: isUnreachable,
      "was lost \(pulse.place): \(reason)")
    let hosts = Set(members.map(\.host)).subtracting([members[0].host])
    if isUnreachable, rank == 0, hosts.count > 1 {
      // Where no other host answers, it is this one that is cut off: the kernel finds them one
      // after the other.
      return announce(after: timing.gathering) { [self] in
        hosts.isSubset(of: silentHosts)
          ? Verdict(
            .lost, rank: 0, members[0], Pulse(activity), unreachable: true,
            "was cut off \(Pulse(activity).place): no other host answers; go on with --resume on them"
          )
          : verdict
      }
    }
    let pause =
      (isUnreachable && rank > 0 ? timing.courtesy : 0)
      + (rank == 0 || rank == members.deputy ? 0 : timing.precedence)
    announce(after: pause) { verdict }
  }

  /// Looks for a rank that is stuck.
  ///
  /// Rank 0 judges all, and itself; the others judge rank 0, which cannot if it is silent itself.
  func judge() {
    let isLate = rank > 0 && rank != members.deputy && peers[0] != nil
    guard
      let stuck = Stuck(
        among: peers, at: time,
        deadline: timing.deadline + (isLate ? timing.deputyPrecedence : 0)),
      rank == 0 || stuck.reason == .silent || (peers[0] == nil && stuck.reason == .idle),
      let peer = peers[stuck.rank]
    else { return }
    // Whether its host is cut off, the kernels know soon, and then that is the reason.
    let isElsewhere = members[stuck.rank].host != members[rank].host
    if stuck.reason == .silent, isElsewhere, stuck.seconds < timing.kernelsKnow { return }
    // All wait, but for one that has not even said that it is there.
    if stuck.reason == .deadlock || stuck.reason == .behind,
      let missing = members.indices.first(where: { peers[$0] == nil })
    {
      let pulse = Pulse(activity)
      let verdict = Verdict(
        .stuck, rank: missing, members[missing], pulse,
        "is stuck \(pulse.place): all others wait, and it has not been heard since it was started: "
          + "it is stopped, or does not reach rank 0 over TCP; go on with --resume")
      return announce(after: 0) { verdict }
    }
    // What a process told last is old once it has stopped telling.
    let isSilent = time - peer.heard > 2 * timing.beat
    let pulse = isSilent ? whereabouts(of: peer) : peer.pulse
    let verdict = Verdict(
      .stuck, rank: stuck.rank, members[stuck.rank], pulse,
      "is stuck \(pulse.place): \(stuck.problem); go on with --resume")
    announce(after: 0) { verdict }
  }

  /// Speaks, unless another rank does so before.
  private func announce(after pause: Double, _ verdict: @escaping () -> Verdict) {
    guard postponed == nil else { return }
    postponed = (time + pause, { [self] in speak(verdict()) })
  }

  private func speak(_ verdict: Verdict) {
    isQuiet = true
    let code = verdict.code.rawValue
    let isFirst = Self.within(timing.lastWords) { [verdictPath] in verdict.claim(verdictPath) }
    // A rank that cannot reach its files either has lost its own link, for all it knows.
    guard isFirst ?? !(verdict.unreachable && rank > 0) else {
      return endSilently(code, after: timing.precedence, verdict.message)
    }
    _ = Self.within(timing.lastWords) { [outlet, log] in
      outlet.say(verdict.message)
      log.note("ended all ranks with code \(code): \(verdict.message)")
    }
    tell(.told, rank: verdict.rank, code: code)
    end(code)
  }

  /// Ends without a word but in the log.
  func endSilently(_ code: Int32, after pause: Double, _ reason: String) {
    isQuiet = true
    _ = Self.within(timing.lastWords) { [log] in log.note("ended with code \(code): \(reason)") }
    postponed = (time + pause, { [self] in end(code) })
  }

  /// Leaves it to a rank that has failed to end the job; does so itself where that takes too long.
  func leave(inFavourOf subject: Int, code: Int32) {
    isQuiet = true
    postponed = (
      time + timing.patience,
      { [self] in
        endSilently(code, after: 0, "\(name(subject)) failed and did not end the job")
      }
    )
  }

  private func end(_ code: Int32) {
    isOver = true
    outlet.exit(code)
  }

  /// Whether the memory of a host may have run out.
  private func memoryHint(_ subject: Int) -> String {
    let (host, memory) = (members[subject].host, members[subject].memory)
    let used = peers.filter { members[$0.key].host == host }.values.reduce(0) {
      $0.saturatingSum($1.pulse.resident)
    }
    guard Double(used) > 0.9 * Double(memory) else { return "" }
    let figures = [used, memory].map { String(format: "%.1f", Double($0) / 1e9) }
    return ", perhaps for lack of memory (the ranks there held \(figures[0]) of \(figures[1]) GB)"
  }

  /// Does what a file system may keep waiting for ever, and gives it up after a time.
  private static func within<Value: Sendable>(
    _ seconds: Double, _ body: @escaping @Sendable () -> Value
  ) -> Value? {
    let slot = Slot<Value>()
    Thread.detachNewThread {
      slot.value = body()
      slot.ready.signal()
    }
    return slot.ready.wait(timeout: .now() + seconds) == .success ? slot.value : nil
  }
}

/// A value that is handed from one thread to another.
private final class Slot<Value: Sendable>: @unchecked Sendable {
  let ready = DispatchSemaphore(value: 0)
  var value: Value?
}
