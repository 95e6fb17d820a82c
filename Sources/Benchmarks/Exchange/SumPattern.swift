/// Values whose sum over ranks is exact in any order: whole numbers below 2¹², so that the sum of
/// ``rankLimit`` ranks stays below 2²⁴, up to which floats are exact.
///
/// They differ from rank to rank and scatter over the elements, so that a part which is missing,
/// added twice or in a wrong place shows.
package struct SumPattern: Sendable {
  /// Ranks up to which sums are exact.
  package static let rankLimit = 4_096
  private static let values = 4_096

  /// What rank `rank` contributes at `element`.
  package static func value(rank: Int, element: Int) -> Float {
    Float(scattered(element) ^ mask(rank))
  }

  /// Sum over the ranks for each of the values that ``scattered(_:)`` takes.
  private let sums: [Float]

  /// Sums of `rankCount` ranks.
  package init(rankCount: Int) {
    sums = (0..<Self.values).map { value in
      Float((0..<rankCount).reduce(0) { $0 + (value ^ Self.mask($1)) })
    }
  }

  /// Number of elements that are not the sum over all ranks.
  package func wrongCount(_ values: some RandomAccessCollection<Float>) -> Int {
    zip(0..., values).reduce(0) { wrong, element in
      wrong + (element.1 == sums[Self.scattered(element.0)] ? 0 : 1)
    }
  }

  /// Twelve bits that neighbours do not share (Knuth's multiplicative hash).
  private static func scattered(_ element: Int) -> Int {
    Int((UInt32(truncatingIfNeeded: element) &* 2_654_435_761) >> 20)
  }

  /// Twelve bits that are different on every rank up to the limit.
  private static func mask(_ rank: Int) -> Int { (rank &* 2_741 &+ 1) & (values - 1) }
}
