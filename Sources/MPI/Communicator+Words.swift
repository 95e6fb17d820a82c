package import Boundary
import Foundation

/// What a rank has told, where this program does not understand it.
package struct ForeignWords: Fault {
  /// Who has told it.
  let rank: Int

  package init(rank: Int) { self.rank = rank }

  package var faultKind: FaultKind { .usage }

  package var description: String {
    "rank \(rank) runs another build of effnet; start all ranks from the same program"
  }
}

extension Communicator {
  /// Collects what each rank has to tell, in rank order, on every rank.
  ///
  /// - Throws: ``ForeignWords``; ``MPIError``.
  package func allGather<Words: Codable>(words: Words) throws -> [Words] {
    try allGatherParts(Self.encoded(words)).enumerated().map { rank, bytes in
      try Self.decoded(bytes, of: rank)
    }
  }

  /// Words as they are sent; numbers that are not finite, too.
  package static func encoded(_ words: some Encodable) throws -> [UInt8] {
    try Array(JSONEncoder.ofAnyNumber().encode(words))
  }

  /// What a rank has sent.
  package static func decoded<Words: Decodable>(
    _ bytes: [UInt8], of rank: Int
  ) throws(ForeignWords) -> Words {
    do {
      return try JSONDecoder.ofAnyNumber().decode(Words.self, from: Data(bytes))
    } catch { throw ForeignWords(rank: rank) }
  }
}
