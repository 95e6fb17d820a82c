/// The answer of rank 0 to a ``Greeting``: it proves that it knows the job's key, too.
package struct Welcome: Equatable {
  package static let size = 2 * MeetingKey.size

  package let nonce: [UInt8]

  package init(nonce: [UInt8] = MeetingKey.randomBytes()) { self.nonce = nonce }

  /// What goes over the connection.
  package func sealed(with key: MeetingKey, answering greeting: Greeting) -> [UInt8] {
    nonce + key.code(.welcome, Words([greeting.rank]).bytes, greeting.nonce, nonce)
  }

  /// The answer to `greeting`; `nil` where it is none.
  package init?(_ bytes: [UInt8], sealedWith key: MeetingKey, answering greeting: Greeting) {
    guard bytes.count == Self.size else { return nil }
    let nonce = [UInt8](bytes[..<MeetingKey.size])
    guard
      key.isValid(
        bytes[MeetingKey.size...], .welcome, Words([greeting.rank]).bytes, greeting.nonce, nonce)
    else { return nil }
    self.nonce = nonce
  }
}
