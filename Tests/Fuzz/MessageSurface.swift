import Foundation
import Supervision

/// What a rank says to rank 0 of a job of four over one connection.
struct MessageSurface: Surface {
  static let name = "message"
  let examples: [[UInt8]]
  private let key: MeetingKey

  private static let ranks = 4
  private static let nonce = [UInt8](repeating: 7, count: MeetingKey.size)
  private static let welcome = Welcome(nonce: nonce)

  /// Rank 0 hangs up.
  private struct Refusal: Error {}

  init(place: String) throws {
    let bytes = (0..<MeetingKey.size).map { "\($0)" }.joined(separator: ",")
    let key = try JSONDecoder().decode(MeetingKey.self, from: Data("{\"bytes\":[\(bytes)]}".utf8))
    self.key = key
    var pulse = Pulse()
    (pulse.step, pulse.progress, pulse.exchanges, pulse.resident) = (3, 70, 12, 1 << 29)
    let conversations: [(rank: Int, messages: [Message])] = [
      (1, [Message(.heartbeat, rank: 1, pulse), Message(.done, rank: 1, pulse)]),
      (2, [Message(.heartbeat, rank: 2, pulse), Message(.failed, rank: 2, code: 7, pulse)]),
      (3, [Message(.told, rank: 1, code: 5, pulse)]),
    ]
    examples = conversations.map { rank, messages in
      Self.conversation(Greeting(rank: rank, nonce: Self.nonce), messages.map(\.bytes), key)
    }
  }

  /// What goes over the connection.
  private static func conversation(
    _ greeting: Greeting, _ messages: [[UInt8]], _ key: MeetingKey
  ) -> [UInt8] {
    var seal = MessageSeal(key, .toFirst, greeting, welcome)
    return greeting.sealed(with: key) + messages.flatMap { seal.seal($0) }
  }

  private static func frames(of conversation: [UInt8]) -> [ArraySlice<UInt8>] {
    stride(from: Greeting.size, to: conversation.count, by: MessageSeal.frameSize).map {
      conversation[$0..<min($0 + MessageSeal.frameSize, conversation.count)]
    }
  }

  /// What is said by somebody who has the key; now and then nobody has sealed it again.
  func seal(_ mutant: inout [UInt8], example: Int, _ random: inout Mutator) throws {
    guard mutant.count >= Greeting.size, random.chance(0.8),
      let rank = Words(mutant[..<Words.size]).values.first
    else { return }
    let greeting = Greeting(
      rank: rank, nonce: [UInt8](mutant[Words.size..<(Words.size + MeetingKey.size)]))
    mutant = Self.conversation(
      greeting, Self.frames(of: mutant).map { [UInt8]($0.prefix(Message.size)) }, key)
  }

  func feed(_ mutant: [UInt8]) throws {
    guard
      let greeting = Greeting(
        [UInt8](mutant.prefix(Greeting.size)), sealedWith: key, ranks: Self.ranks)
    else { throw Refusal() }
    var seal = MessageSeal(key, .toFirst, greeting, Self.welcome)
    var taken: [[UInt8]] = []
    for frame in Self.frames(of: mutant) {
      guard let bytes = seal.open(frame), let message = Message(bytes, ranks: Self.ranks) else {
        throw Refusal()
      }
      taken.append(message.bytes)
    }
    guard Self.conversation(greeting, taken, key) == mutant else {
      throw Violation(description: "\(taken.count) messages that were not said so")
    }
  }
}
