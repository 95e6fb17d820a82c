import Crypto

/// What the processes of a job know and nobody else: rank 0 hands it to the others through MPI, and
/// by it they recognise each other over TCP.
package struct MeetingKey: Codable, Sendable, Equatable {
  /// Bytes of a key, of a number that is used once, and of a code.
  package static let size = SHA256.byteCount

  private let bytes: [UInt8]

  /// A key that nobody else has.
  package init() { bytes = Self.randomBytes() }

  /// A number that is used once.
  package static func randomBytes() -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<size).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }

  /// What only who has the key can make of `parts`.
  ///
  /// - Parameters:
  ///   - purpose: Makes codes of one kind useless as those of another.
  ///   - parts: Of the same lengths in all codes of a kind.
  func code(_ purpose: Purpose, _ parts: [UInt8]...) -> [UInt8] {
    [UInt8](
      HMAC<SHA256>.authenticationCode(
        for: [purpose.rawValue] + parts.joined(), using: SymmetricKey(data: bytes)))
  }

  /// Whether a code is that of `parts`; what is wrong with one does not show in the time this
  /// takes.
  func isValid(_ code: some Collection<UInt8>, _ purpose: Purpose, _ parts: [UInt8]...) -> Bool {
    HMAC<SHA256>.isValidAuthenticationCode(
      [UInt8](code), authenticating: [purpose.rawValue] + parts.joined(),
      using: SymmetricKey(data: bytes))
  }

  /// What a code stands for.
  enum Purpose: UInt8 {
    /// The first words of a rank, and the answer to them.
    case greeting, welcome
    /// The key of the messages of one connection in one direction.
    case toFirst, fromFirst
  }
}
