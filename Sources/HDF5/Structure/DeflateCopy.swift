/// A copy of earlier bytes in a deflate stream, by its symbol (RFC 1951, section 3.2.5).
struct DeflateCopy {
  /// Bytes of the shortest.
  let base: Int
  /// Bits by which it is longer.
  let bitCount: Int

  /// Most of these bits.
  static let bitLimit = 5
  /// By symbols, from 257 on.
  static let all: [DeflateCopy] = {
    var copies: [DeflateCopy] = []
    var base = 3
    for symbol in 0..<28 {
      let bitCount = symbol < 8 ? 0 : symbol / 4 - 1
      copies.append(DeflateCopy(base: base, bitCount: bitCount))
      base += 1 << bitCount
    }
    return copies + [DeflateCopy(base: 258, bitCount: 0)]
  }()

  /// Bits that follow the symbol of a distance.
  static func bitCount(distance symbol: Int) -> Int { max(0, symbol / 2 - 1) }
}
