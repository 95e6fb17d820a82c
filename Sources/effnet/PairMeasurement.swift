import Foundation
import MPI

/// Messages between two hosts, both ways at the same time.
struct PairMeasurement: Codable {
  let first, second: Int
  /// Seconds of a message of 8 bytes; `nil` where it did not arrive.
  let latency: Double?
  /// Bytes a second each way, in messages of 1 MB.
  let bandwidth: Double?
  /// Seconds by which the second's clock is ahead.
  let clockOffset: Double?

  /// Measures all pairs of some ranks, or a sample; called by each of them.
  ///
  /// In each round a rank has one partner at most. A round ends at the latest a fixed time after the
  /// one before: whoever waited for a silent partner has time for the next all the same.
  ///
  /// - Returns: The pairs in which this rank is the first.
  static func measure(_ ranks: [Int], _ world: Communicator) throws -> [PairMeasurement] {
    guard let own = ranks.firstIndex(of: world.rank) else { return [] }
    let count = ranks.count + ranks.count % 2
    let start = Communicator.seconds
    var pairs: [PairMeasurement] = []
    // The rounds of a tournament: one stays in its place, the others move around the table.
    for round in 0..<min(count - 1, mostRounds) {
      let partner =
        own == count - 1
        ? (0..<count - 1).first { (2 * $0 - round) % (count - 1) == 0 } ?? 0
        : {
          let other = (round - own + 2 * (count - 1)) % (count - 1)
          return other == own ? count - 1 : other
        }()
      guard partner < ranks.count else { continue }
      let deadline = start + secondsEach * Double(round + 1)
      let pair = try measure(world.rank, ranks[partner], round, world, until: deadline)
      if own < partner { pairs.append(pair) }
    }
    return pairs
  }

  /// With more hosts than this, each meets only so many others.
  private static let mostRounds = 63
  private static let secondsEach = 2.0

  private static func measure(
    _ own: Int, _ peer: Int, _ round: Int, _ world: Communicator, until deadline: Double
  ) throws -> PairMeasurement {
    let none = PairMeasurement(
      first: own, second: peer, latency: nil, bandwidth: nil, clockOffset: nil)
    var offset = 0.0
    var seconds: [Double] = []
    for index in 0..<200 {
      let clock = Date().timeIntervalSince1970
      let start = Communicator.seconds
      let bytes = withUnsafeBytes(of: clock) { Array($0) }
      guard
        let other = try world.exchange(
          bytes, receiving: bytes.count, peer: peer, tag: round, until: deadline)
      else { return none }
      seconds.append(Communicator.seconds - start)
      if index > 0 { offset = other.withUnsafeBytes { $0.load(as: Double.self) } - clock }
    }
    // The first ones open the connection.
    let latency = median(seconds.dropFirst(20))
    let block = [UInt8](repeating: 0, count: 1 << 20)
    seconds = []
    for _ in 0..<6 {
      let start = Communicator.seconds
      guard
        try world.exchange(
          block, receiving: block.count, peer: peer, tag: round, until: deadline) != nil
      else { return none }
      seconds.append(Communicator.seconds - start)
    }
    return PairMeasurement(
      first: own, second: peer, latency: latency,
      bandwidth: Double(block.count) / median(seconds.dropFirst()), clockOffset: offset)
  }

  private static func median(_ values: ArraySlice<Double>) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }
}
