internal import Boundary
import Foundation
import MPI

/// Messages between two hosts, both ways at the same time.
package struct PairMeasurement: Codable {
  /// The two ranks.
  package let first, second: Int
  /// Seconds of a message of 8 bytes; `nil` where it did not arrive.
  package let latency: Double?
  /// Bytes a second each way, in messages of 1 MB, or smaller ones where the link is slow; `nil`
  /// where one did not arrive.
  package let bandwidth: Double?
  /// Seconds by which the second's clock is ahead.
  package let clockOffset: Double?

  /// Measures all pairs of some ranks, or a sample; called by each of them.
  ///
  /// In each round a rank has one partner at most. A round ends at the latest a fixed time after
  /// the one before: whoever waited for a silent partner has time for the next all the same.
  ///
  /// - Returns: The pairs in which this rank is the first.
  package static func measure(
    _ ranks: [Int], _ world: Communicator
  ) throws(MPIError) -> [PairMeasurement] {
    guard let own = ranks.firstIndex(of: world.rank) else { return [] }
    let count = ranks.count + ranks.count % 2
    let start = MonotonicTime.seconds
    var pairs: [PairMeasurement] = []
    // The rounds of a tournament: one stays in its place, the others move around the table.
    let rounds = min(count - 1, mostRounds)
    for round in 0..<rounds {
      let partner =
        own == count - 1
        ? (0..<count - 1).first { (2 * $0 - round) % (count - 1) == 0 } ?? 0
        : {
          let other = (round - own + 2 * (count - 1)) % (count - 1)
          return other == own ? count - 1 : other
        }()
      guard partner < ranks.count else { continue }
      let pair = try measure(
        world.rank, ranks[partner], round, world,
        until: start + longest(rounds) * Double(round + 1), lasting: longest(rounds))
      if own < partner { pairs.append(pair) }
    }
    return pairs
  }

  /// With more hosts than this, each meets only so many others.
  private static let mostRounds = 63
  /// Seconds of a round at most: half a minute for all, of which slow links between few hosts make
  /// use, but no less than two.
  private static func longest(_ rounds: Int) -> Double { min(8, max(2, 30 / Double(rounds))) }
  /// Share of it that is left for blocks when the last ping begins.
  private static let blockShare = 0.8
  private static let mostPings = 200
  /// Bytes: what a slow link carries in time, and what a fast one needs to show its speed.
  private static let smallestBlock = 8 << 10
  private static let largestBlock = 1 << 20
  private static let mostBlocks = 13

  /// Both must stop after the same message: who has no time for another says so in the last one.
  private static func measure(
    _ own: Int, _ peer: Int, _ round: Int, _ world: Communicator, until deadline: Double,
    lasting longest: Double
  ) throws(MPIError) -> PairMeasurement {
    var offset: Double?
    var seconds: [Double] = []
    var isLast = false
    while !isLast {
      let clock = Date().timeIntervalSince1970
      let start = MonotonicTime.seconds
      isLast = seconds.count + 1 == mostPings || start > deadline - blockShare * longest
      let bytes = withUnsafeBytes(of: isLast ? -clock : clock) { Array($0) }
      guard
        let other = try world.exchange(
          bytes, receiving: bytes.count, peer: peer, tag: round, until: deadline)
      else {
        return PairMeasurement(
          first: own, second: peer, latency: nil, bandwidth: nil, clockOffset: nil)
      }
      let otherClock = other.withUnsafeBytes { $0.load(as: Double.self) }
      isLast = isLast || otherClock < 0
      // With the first one waits until the other comes.
      if !seconds.isEmpty { offset = abs(otherClock) - clock }
      seconds.append(MonotonicTime.seconds - start)
    }
    // The first ones open the connection.
    return PairMeasurement(
      first: own, second: peer, latency: usual(seconds.dropFirst(min(20, seconds.count / 2))),
      bandwidth: try bandwidth(peer, round, world, until: deadline), clockOffset: offset)
  }

  /// Exchanges blocks of which each is twice as large as the one before, up to the largest.
  ///
  /// - Returns: Bytes a second each way in the largest; `nil` where a block did not arrive.
  private static func bandwidth(
    _ peer: Int, _ round: Int, _ world: Communicator, until deadline: Double
  ) throws(MPIError) -> Double? {
    func bytes(_ number: Int) -> Int { min(smallestBlock << number, largestBlock) }
    var seconds: [Double] = []
    var isLast = false
    while !isLast {
      let number = seconds.count
      // For this block and another, three times as slow as those before: a link may let something
      // pass at once and carry the rest at its own pace.
      let secondsPerByte =
        3 * seconds.reduce(0, +) / Double((0..<number).reduce(1) { $0 + bytes($1) })
      let expected = secondsPerByte * Double(bytes(number) + bytes(number + 1))
      let start = MonotonicTime.seconds
      isLast = number + 1 == mostBlocks || start + expected > deadline
      let block = [UInt8](repeating: isLast ? 1 : 0, count: bytes(number))
      guard
        let other = try world.exchange(
          block, receiving: block.count, peer: peer, tag: round, until: deadline)
      else { return nil }
      isLast = isLast || other[0] == 1
      seconds.append(MonotonicTime.seconds - start)
    }
    // The fastest shows what the link carries: where a packet is lost, one direction waits.
    let largest = bytes(seconds.count - 1)
    let fastest = seconds.indices.filter { bytes($0) == largest }.map { seconds[$0] }.min()
    return fastest.map { Double(largest) / $0 }
  }

  /// What one of these exchanges takes: who begins later waits the less for the other, and the
  /// longer the next time, so that two in a row count.
  private static func usual(_ seconds: ArraySlice<Double>) -> Double {
    let pairs = zip(seconds, seconds.dropFirst()).map { ($0 + $1) / 2 }
    return pairs.isEmpty ? seconds.median : pairs.median
  }
}
