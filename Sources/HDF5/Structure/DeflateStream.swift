/// How many bytes a compressed chunk unpacks to, without unpacking it (RFC 1950 and 1951).
///
/// The library makes room for what a stream holds and then reads what the chunk should have: beyond
/// the end of its memory where the stream is shorter. What else can be wrong with a stream, it finds.
enum DeflateStream {
  /// Lengths of copies by symbol, from 257 on: the shortest, and how many bits are added.
  private static let copies: [(base: Int, bits: Int)] = {
    var copies: [(base: Int, bits: Int)] = []
    var base = 3
    for symbol in 0..<28 {
      let bits = symbol < 8 ? 0 : symbol / 4 - 1
      copies.append((base, bits))
      base += 1 << bits
    }
    return copies + [(258, 0)]
  }()
  /// The order in which lengths of the code for lengths are stored.
  private static let lengthOrder = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]

  /// Both codes of a block.
  private typealias Codes = (symbols: PrefixCode, distances: PrefixCode)

  /// - Parameter limit: Bytes beyond which nobody counts.
  static func byteCount(
    of stream: ArraySlice<UInt8>, limit: Int
  ) throws(StructureFault) -> Int {
    var bits = DeflateBits(stream)
    let (method, flags) = (try bits.take(8), try bits.take(8))
    guard method & 0xF == 8, flags & 0x20 == 0, (method << 8 | flags) % 31 == 0 else {
      throw .damaged("a compressed chunk is no stream of zlib")
    }
    var count = 0
    var isLast = false
    while !isLast, count <= limit {
      isLast = try bits.take(1) == 1
      switch try bits.take(2) {
      case 0:
        try bits.align()
        let length = try bits.take(16)
        guard try bits.take(16) == length ^ 0xFFFF else {
          throw .damaged("a compressed chunk has a block of no length")
        }
        try bits.skip(bytes: length)
        count += length
      case 1: try add(&count, limit, &bits, fixedCodes())
      case 2: try add(&count, limit, &bits, readCodes(&bits))
      default: throw .damaged("a compressed chunk has a block of no kind")
      }
    }
    return count
  }

  private static func add(
    _ count: inout Int, _ limit: Int, _ bits: inout DeflateBits, _ codes: Codes
  ) throws(StructureFault) {
    while count <= limit {
      let symbol = try codes.symbols.next(&bits)
      if symbol < 256 {
        count += 1
        continue
      }
      if symbol == 256 { return }
      guard symbol - 257 < copies.count else {
        throw .damaged("a compressed chunk has a word that is in no code")
      }
      let copy = copies[symbol - 257]
      count += copy.base + (try bits.take(copy.bits))
      let distance = try codes.distances.next(&bits)
      _ = try bits.take(max(0, distance / 2 - 1))
    }
  }

  private static func fixedCodes() throws(StructureFault) -> Codes {
    var lengths = [UInt8](repeating: 8, count: 288)
    for symbol in 144..<256 { lengths[symbol] = 9 }
    for symbol in 256..<280 { lengths[symbol] = 7 }
    return (
      try PrefixCode(lengths[...]), try PrefixCode([UInt8](repeating: 5, count: 30)[...])
    )
  }

  private static func readCodes(_ bits: inout DeflateBits) throws(StructureFault) -> Codes {
    let symbolCount = 257 + (try bits.take(5))
    let distanceCount = 1 + (try bits.take(5))
    let lengthCount = 4 + (try bits.take(4))
    var ofLengths = [UInt8](repeating: 0, count: 19)
    for place in lengthOrder.prefix(lengthCount) { ofLengths[place] = UInt8(try bits.take(3)) }
    let code = try PrefixCode(ofLengths[...])
    var lengths: [UInt8] = []
    while lengths.count < symbolCount + distanceCount {
      let length = try code.next(&bits)
      switch length {
      case 16:
        guard let last = lengths.last else {
          throw .damaged("a compressed chunk has no proper code")
        }
        lengths += [UInt8](repeating: last, count: 3 + (try bits.take(2)))
      case 17: lengths += [UInt8](repeating: 0, count: 3 + (try bits.take(3)))
      case 18: lengths += [UInt8](repeating: 0, count: 11 + (try bits.take(7)))
      default: lengths.append(UInt8(length))
      }
    }
    guard lengths.count == symbolCount + distanceCount else {
      throw .damaged("a compressed chunk has no proper code")
    }
    return (try PrefixCode(lengths[..<symbolCount]), try PrefixCode(lengths[symbolCount...]))
  }
}
