import Foundation

/// Seconds that the tree's exchanges take by a latency-bandwidth model.
///
/// Ranks are numbered host by host, so the lower levels of the tree stay within a host. The ranks
/// of a host share its link: what they send at the same time adds up.
package struct ExchangeCost: Sendable, Codable {
  /// Ranks, and hosts among which they are divided equally.
  package var ranks, hosts: Int
  /// Between ranks of a host, and between hosts.
  package var within, between: Link
  /// γ: seconds to add a byte to another.
  package var secondsPerByteAdded: Double

  package init(
    ranks: Int, hosts: Int, within: Link, between: Link, secondsPerByteAdded: Double
  ) {
    self.ranks = ranks
    self.hosts = hosts
    self.within = within
    self.between = between
    self.secondsPerByteAdded = secondsPerByteAdded
  }

  private var ranksPerHost: Int { (ranks + hosts - 1) / hosts }
  private var isPowerOfTwo: Bool { ranks & (ranks - 1) == 0 }
  private var levels: Int { ranks <= 1 ? 0 : Int.bitWidth - (ranks - 1).leadingZeroBitCount }
  private var levelsWithin: Int {
    ranksPerHost <= 1 ? 0 : Int.bitWidth - (ranksPerHost - 1).leadingZeroBitCount
  }

  /// One message of each rank to its partner on a level of the tree.
  private func message(level: Int, bytes: Double) -> Double {
    level < levelsWithin
      ? within.seconds(bytes: bytes) : between.seconds(bytes: bytes * Double(ranksPerHost))
  }

  /// The latency form: whole values on every level. Other numbers of ranks than powers of two take
  /// the way down as well.
  package func whole(bytes: Int) -> Double {
    let bytes = Double(bytes)
    let up = (0..<levels).reduce(0.0) { $0 + message(level: $1, bytes: bytes) }
    return (isPowerOfTwo ? 1 : 2) * up + Double(levels) * bytes * secondsPerByteAdded
  }

  /// The bandwidth form: halves, quarters, … and the way back.
  package func halved(bytes: Int) -> Double {
    (0..<levels).reduce(0.0) { sum, level in
      let part = Double(bytes) / pow(2, Double(level + 1))
      return sum + 2 * message(level: level, bytes: part) + part * secondsPerByteAdded
    }
  }

  /// A sum in the form that costs less.
  package func sum(bytes: Int) -> Double {
    isPowerOfTwo ? min(whole(bytes: bytes), halved(bytes: bytes)) : whole(bytes: bytes)
  }
}
