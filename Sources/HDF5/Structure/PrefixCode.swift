/// A Huffman code of a deflate stream, given by the lengths of its words (RFC 1951, section 3.2.2).
struct PrefixCode {
  private static let longest = 15
  private static let quickLimit = 11

  /// Bits by which short words are found.
  let quickBitCount: Int
  /// For these bits, the symbol of the word that they begin with and, in the lowest four bits, its
  /// length; 0 where the word is longer, or none.
  private(set) var quick: [UInt16]
  /// Words by length.
  private var counts = [Int](repeating: 0, count: longest + 1)
  /// Symbols by length and number.
  private var symbols: [UInt16] = []

  init(_ lengths: ArraySlice<UInt8>) throws(StructureFault) {
    for length in lengths { counts[Int(length)] += 1 }
    counts[0] = 0
    quickBitCount = min(Self.quickLimit, counts.lastIndex { $0 > 0 } ?? 0)
    quick = [UInt16](repeating: 0, count: 1 << quickBitCount)
    var places = [Int](repeating: 0, count: Self.longest + 2)
    var words = places
    var free = 1
    for length in 1...Self.longest {
      free = 2 * free - counts[length]
      guard free >= 0 else { throw .damaged("a compressed chunk has no proper code") }
      places[length + 1] = places[length] + counts[length]
      words[length + 1] = (words[length] + counts[length]) * 2
    }
    symbols = [UInt16](repeating: 0, count: places[Self.longest + 1])
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let length = Int(length)
      symbols[places[length]] = UInt16(symbol)
      places[length] += 1
      let word = words[length]
      words[length] += 1
      if length > quickBitCount { continue }
      // Words come with their highest bit first.
      let first = Int(UInt16(word).bitSwapped) >> (16 - length)
      for rest in stride(from: first, to: quick.count, by: 1 << length) {
        quick[rest] = UInt16(symbol) << 4 | UInt16(length)
      }
    }
  }

  /// The next symbol.
  func next(_ bits: inout DeflateBits) throws(StructureFault) -> Int {
    try bits.fill()
    let entry = quick[bits.peek(quickBitCount)]
    if entry != 0 {
      bits.drop(Int(entry & 15))
      return Int(entry >> 4)
    }
    let ahead = bits.peek(Self.longest)
    var (word, first, place) = (0, 0, 0)
    for length in 1...Self.longest {
      word = word << 1 | ahead >> (length - 1) & 1
      first <<= 1
      let count = counts[length]
      if word - first < count {
        bits.drop(length)
        return Int(symbols[place + word - first])
      }
      first += count
      place += count
    }
    throw .damaged("a compressed chunk has a word that is in no code")
  }
}

extension UInt16 {
  /// The same bits in the other order.
  fileprivate var bitSwapped: UInt16 {
    var (rest, swapped) = (self, UInt16(0))
    for _ in 0..<16 {
      swapped = swapped << 1 | rest & 1
      rest >>= 1
    }
    return swapped
  }
}
