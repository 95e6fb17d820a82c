import Tensors
import Training

/// A step of many ranks, played from recorded steps of ranks that exchanged nothing.
///
/// Each rank plays a recorded step of its own. An exchange begins when the last rank comes and
/// takes what ``ExchangeCost`` says. Parts of the gradient go over the link in their order while
/// computing goes on, but for those that statistics would have to wait for; what is left when the
/// backward pass ends is exposed.
package struct StepReplay: Sendable {
  /// Rules of the link.
  package struct Rules: Sendable, Codable {
    /// Bytes of a message that parts of the gradient are cut into.
    package var chunkBytes = 60 << 10

    package init() {}
  }

  private struct Chunk {
    let ready: Double
    /// What it takes of the link's time; the way it goes is as long for all and counts once.
    let seconds: Double
  }

  private let sequence: ExchangeSequence
  private let cost: ExchangeCost
  private let rules: Rules

  package init(_ sequence: ExchangeSequence, _ cost: ExchangeCost, rules: Rules = Rules()) {
    self.sequence = sequence
    self.cost = cost
    self.rules = rules
  }

  /// The parts of one step.
  ///
  /// - Parameters:
  ///   - ranks: A recorded step for each rank.
  ///   - share: Images of a rank over those of the recorded steps: computing before the update and
  ///     loading take this share of the time.
  package func step(_ ranks: [StepTimeline], share: Double = 1) -> StepParts {
    let count = Double(ranks.count)
    precondition(
      ranks.allSatisfy { $0.compute.count == sequence.kinds.count }, "steps of other exchanges")
    var parts = StepParts()
    // Steps follow each other and the gradient ends together: the update may as well come first.
    var clocks = ranks.map { rank in
      let data = 1e-9 * Double(rank.data) * share
      let update = 1e-9 * Double(rank.update)
      parts.data += data / count
      parts.compute += update / count
      return data + update
    }
    var chunks: [Chunk] = []
    var next = 0
    var free = 0.0
    var gradientBytes = 0
    /// Lets the link do what it can finish by `time`.
    func carry(until time: Double) {
      while next < chunks.count {
        let end = max(free, chunks[next].ready) + chunks[next].seconds
        guard end <= time else { return }
        free = end
        next += 1
      }
    }
    func leave(bytes: Int, at time: Double) {
      gradientBytes += bytes
      for start in stride(from: 0, to: bytes, by: rules.chunkBytes) {
        let chunk = min(rules.chunkBytes, bytes - start)
        chunks.append(Chunk(ready: time, seconds: cost.sum(bytes: chunk) - cost.sum(bytes: 0)))
      }
    }
    for (index, kind) in sequence.kinds.enumerated() {
      var last = 0.0
      var sum = 0.0
      for rank in ranks.indices {
        let compute = 1e-9 * Double(ranks[rank].compute[index]) * share
        parts.compute += compute / count
        clocks[rank] += compute
        sum += clocks[rank]
        last = max(last, clocks[rank])
      }
      let bytes = sequence.bytes[index]
      switch kind {
      case .gradientReady: leave(bytes: bytes, at: last)
      case .statistics:
        carry(until: last)
        let end = max(last, free) + cost.whole(bytes: bytes)
        free = end
        parts.imbalance += last - sum / count
        parts.batchNormExchange += end - last
        for rank in clocks.indices { clocks[rank] = end }
      case .gradientEnd:
        leave(bytes: max(0, bytes - gradientBytes), at: last)
        carry(until: .infinity)
        let end = max(last, free + cost.sum(bytes: 0))
        parts.imbalance += last - sum / count
        parts.gradientExchange += end - last
        for rank in clocks.indices { clocks[rank] = end }
      }
    }
    parts.step = clocks.max() ?? 0
    return parts
  }

  /// The mean over steps of ranks that draw their recorded steps at random, the same ones whenever
  /// it is called.
  package func mean(of recorded: [StepTimeline], share: Double = 1, draws: Int) -> StepParts {
    precondition(!recorded.isEmpty, "nothing was recorded")
    let steps = (0..<draws).map { draw in
      var random = CounterRandom(seed: 3, epoch: draw, purpose: .bootstrap)
      return step(
        (0..<cost.ranks).map { _ in recorded[random.index(below: recorded.count)] }, share: share)
    }
    return StepParts(middleOf: steps)
  }
}
