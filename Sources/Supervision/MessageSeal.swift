import Crypto

/// Seals, or opens, what is said over one connection in one direction.
///
/// Each message has the code of its place in the sequence as well: one that is repeated, left out
/// or moved has a wrong code, and so has one of another connection, or of the other direction.
package struct MessageSeal {
  /// Who speaks.
  package enum Direction {
    case toFirst, fromFirst

    fileprivate var purpose: MeetingKey.Purpose {
      switch self {
      case .toFirst: .toFirst
      case .fromFirst: .fromFirst
      }
    }
  }

  /// Bytes of a message and its code.
  package static let frameSize = Message.size + MeetingKey.size

  private let key: SymmetricKey
  private var count = 0

  package init(_ key: MeetingKey, _ direction: Direction, _ greeting: Greeting, _ welcome: Welcome)
  {
    self.key = SymmetricKey(
      data: key.code(
        direction.purpose, Words([greeting.rank]).bytes, greeting.nonce, welcome.nonce))
  }

  /// The bytes of the next message as they travel.
  package mutating func seal(_ bytes: [UInt8]) -> [UInt8] {
    defer { count += 1 }
    return bytes
      + HMAC<SHA256>.authenticationCode(for: Words([count]).bytes + bytes, using: key)
  }

  /// The bytes of the next message; `nil` where the other end has not said them now.
  package mutating func open(_ frame: ArraySlice<UInt8>) -> [UInt8]? {
    guard frame.count == Self.frameSize else { return nil }
    let bytes = [UInt8](frame.prefix(Message.size))
    guard
      HMAC<SHA256>.isValidAuthenticationCode(
        [UInt8](frame.dropFirst(Message.size)),
        authenticating: Words([count]).bytes + bytes, using: key)
    else { return nil }
    count += 1
    return bytes
  }
}
