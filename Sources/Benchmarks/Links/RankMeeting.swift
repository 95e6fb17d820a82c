package import Boundary
import Foundation
import MPI

/// What ranks tell rank 0 while nobody knows yet whether they reach each other: over their links to
/// rank 0 alone, and never without a deadline.
package struct RankMeeting {
  private let world: Communicator
  /// Seconds in which all must have come.
  private let seconds: Double
  /// Names of all ranks' hosts.
  package let hosts: [String]

  /// Why there is no meeting.
  package struct Absence: Fault {
    package let faultKind = FaultKind.check
    package let description: String
    /// The rank that does not come; `nil` on the other ranks, whom rank 0 does not answer.
    package let rank: Int?
  }

  private enum Tag {
    static let name = 1000
    static let names = 1001
    static let length = 1002
    static let text = 1003
    static let farewell = 1004
    static let turn = 1005
  }

  /// Bytes of a host's name.
  private static let room = 256
  /// Bytes that a rank may have to say.
  private static let mostWords = 1 << 26

  /// Waits for all ranks; called by each of them.
  ///
  /// - Parameters:
  ///   - seconds: How much longer one rank may take to come than another.
  ///   - host: Name of this rank's host.
  /// - Throws: ``Absence``, or `MPIError`.
  package init(
    of world: Communicator, within seconds: Double,
    host: String = ProcessInfo.processInfo.hostName
  ) throws {
    (self.world, self.seconds) = (world, seconds)
    let room = Self.room
    var own = Array(host.utf8.prefix(room))
    own += [UInt8](repeating: 0, count: room - own.count)
    var names = own
    let deadline = MonotonicTime.seconds + seconds
    if world.rank == 0 {
      for rank in 1..<max(1, world.size) {
        guard
          let name = try world.exchange(
            [], receiving: room, peer: rank, tag: Tag.name, until: deadline)
        else {
          throw Absence(
            description: "rank \(rank) does not reach rank 0 on \(host) within \(Int(seconds)) s",
            rank: rank)
        }
        names += name
      }
      for rank in 1..<max(1, world.size) {
        _ = try world.exchange(names, receiving: 0, peer: rank, tag: Tag.names, until: deadline)
      }
    } else {
      _ = try world.exchange(own, receiving: 0, peer: 0, tag: Tag.name, until: deadline + 10)
      let all = try world.exchange(
        [], receiving: room * world.size, peer: 0, tag: Tag.names, until: deadline + 10)
      guard let all else { throw Absence(description: "rank 0 does not answer", rank: nil) }
      names = all
    }
    hosts = (0..<world.size).map { rank in
      String(decoding: names[rank * room..<(rank + 1) * room].prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// The first rank of each host.
  package var speakers: [Int] { hosts.indices.filter { hosts.firstIndex(of: hosts[$0]) == $0 } }

  /// Collects what all ranks have to say on rank 0; called by each of them.
  ///
  /// Rank 0 asks, and the ``speakers`` first: words on the way would slow down what they still
  /// measure.
  ///
  /// - Returns: On rank 0 the words of each rank, `nil` where they do not arrive; `nil` on the
  ///   others.
  package func gather<Words: Codable>(_ words: Words) throws -> [Words?]? {
    let text = try Communicator.encoded(words)
    // Later than any round of the pairs.
    let patience = 10 + 2 * Double(min(speakers.count, 64))
    guard world.rank == 0 else {
      let deadline = MonotonicTime.seconds + 3 * patience
      guard
        try world.exchange(
          [], receiving: 1, peer: 0, tag: Tag.turn, until: deadline, pause: 1_000) != nil
      else { return nil }
      let length = withUnsafeBytes(of: Int64(text.count)) { Array($0) }
      for (bytes, tag) in [(length, Tag.length), (text, Tag.text)] {
        _ = try world.exchange(bytes, receiving: 0, peer: 0, tag: tag, until: deadline + 20)
      }
      return nil
    }
    var all = [Words?](repeating: nil, count: world.size)
    all[0] = words
    for ranks in [speakers, all.indices.filter { !speakers.contains($0) }] {
      let deadline = MonotonicTime.seconds + patience
      let others = ranks.filter { $0 > 0 }
      for rank in others {
        _ = try world.exchange([1], receiving: 0, peer: rank, tag: Tag.turn, until: deadline)
      }
      for rank in others { all[rank] = try answer(of: rank, until: deadline) }
    }
    return all
  }

  private func answer<Words: Codable>(of rank: Int, until deadline: Double) throws -> Words? {
    guard
      let bytes = try world.exchange(
        [], receiving: 8, peer: rank, tag: Tag.length, until: deadline)
    else { return nil }
    let length = bytes.withUnsafeBytes { $0.load(as: Int64.self) }
    guard (0...Int64(Self.mostWords)).contains(length),
      let text = try world.exchange(
        [], receiving: Int(length), peer: rank, tag: Tag.text, until: deadline)
    else { return nil }
    return try Communicator.decoded(text, of: rank) as Words
  }

  /// Tells all ranks with which code they end, from rank 0.
  package func part(with code: UInt8) throws(MPIError) {
    for rank in 1..<max(1, world.size) {
      _ = try world.exchange(
        [code], receiving: 0, peer: rank, tag: Tag.farewell, until: MonotonicTime.seconds + 5)
    }
  }

  /// What rank 0 says at the end; `nil` where it says nothing. It may end the job before, where a
  /// message is still under way.
  package func farewell() throws(MPIError) -> UInt8? {
    try world.exchange(
      [], receiving: 1, peer: 0, tag: Tag.farewell, until: MonotonicTime.seconds + 300)?.first
  }
}
