/// The first words of a connection: a rank names itself and proves that it knows the job's key.
///
/// Rank 0 answers with a ``Welcome``. Both contribute a number that is used once, and the codes of
/// all that follows depend on both: what was said on one connection means nothing on another.
package struct Greeting: Equatable {
  package static let size = 8 + 2 * MeetingKey.size

  package let rank: Int
  package let nonce: [UInt8]

  package init(rank: Int, nonce: [UInt8] = MeetingKey.randomBytes()) {
    self.rank = rank
    self.nonce = nonce
  }

  /// What goes over the connection.
  package func sealed(with key: MeetingKey) -> [UInt8] {
    Words([rank]).bytes + nonce + key.code(.greeting, Words([rank]).bytes, nonce)
  }

  /// The greeting of one of `count` ranks; `nil` where it is none, or not of this job.
  package init?(_ bytes: [UInt8], sealedWith key: MeetingKey, ranks count: Int) {
    guard bytes.count == Self.size, let rank = Words(bytes[..<8]).values.first,
      (1..<count).contains(rank)
    else { return nil }
    let nonce = [UInt8](bytes[8..<(8 + MeetingKey.size)])
    guard
      key.isValid(
        bytes[(8 + MeetingKey.size)...], .greeting, Words([rank]).bytes, nonce)
    else { return nil }
    (self.rank, self.nonce) = (rank, nonce)
  }
}
