/// How many bytes a compressed chunk unpacks to, without unpacking it (RFC 1950 and 1951).
///
/// The library makes room for what a stream holds and then reads what the chunk should have: beyond
/// the end of its memory where the stream is shorter. What else can be wrong with a stream, it finds.
struct DeflateStream {
  private var bits: DeflateBits
  /// Bytes beyond which nobody counts.
  private let limit: Int
  private var count = 0
  private var fixedCodes: Codes?

  /// The order in which lengths of the code for lengths are stored.
  private static let lengthOrder = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]
  /// Bytes of a block behind which the making of a table is made up for: a stream may have nothing but
  /// blocks of a few bits.
  private static let tableByteCount = 1 << 9

  /// Both codes of a block.
  private struct Codes {
    let symbols: PrefixCode
    let distances: PrefixCode
    /// Made where a block is long.
    var table: DeflateTable?
  }

  private init(_ stream: UnsafeRawBufferPointer, limit: Int) {
    bits = DeflateBits(stream)
    self.limit = limit
  }

  /// - Parameter limit: Bytes beyond which nobody counts.
  static func byteCount(
    of stream: ArraySlice<UInt8>, limit: Int
  ) throws(StructureFault) -> Int {
    try stream.withUnsafeBufferPointer { (buffer) throws(StructureFault) in
      var stream = DeflateStream(UnsafeRawBufferPointer(buffer), limit: limit)
      try stream.countBytes()
      return stream.count
    }
  }

  private mutating func countBytes() throws(StructureFault) {
    let (method, flags) = (try bits.take(8), try bits.take(8))
    guard method & 0xF == 8, flags & 0x20 == 0, (method << 8 | flags) % 31 == 0 else {
      throw .damaged("a compressed chunk is no stream of zlib")
    }
    var isLast = false
    while !isLast, count <= limit {
      isLast = try bits.take(1) == 1
      switch try bits.take(2) {
      case 0:
        bits.align()
        let length = try bits.take(16)
        guard try bits.take(16) == length ^ 0xFFFF else {
          throw .damaged("a compressed chunk has a block of no length")
        }
        try bits.skip(bytes: length)
        count += length
      case 1:
        var codes = if let fixedCodes { fixedCodes } else { try Self.makeFixedCodes() }
        try countBlock(&codes)
        fixedCodes = codes
      case 2:
        var codes = try readCodes()
        try countBlock(&codes)
      default: throw .damaged("a compressed chunk has a block of no kind")
      }
    }
    try bits.requireWithin()
  }

  private mutating func countBlock(_ codes: inout Codes) throws(StructureFault) {
    if codes.table == nil {
      let end = min(limit, count + Self.tableByteCount)
      while count <= end {
        if try countWord(codes) { return }
      }
      codes.table = DeflateTable(codes.symbols, codes.distances)
    }
    guard let table = codes.table else { return }
    var isEnd = false
    while !isEnd, count <= limit {
      try countWords(table, distances: codes.distances)
      isEnd = try countWord(codes)
    }
  }

  /// Counts what a word stands for.
  ///
  /// - Returns: Whether it ends the block.
  private mutating func countWord(_ codes: Codes) throws(StructureFault) -> Bool {
    let symbol = try codes.symbols.next(&bits)
    if symbol == 256 { return true }
    guard symbol > 256 else {
      count += 1
      return false
    }
    guard symbol - 257 < DeflateCopy.all.count else {
      throw .damaged("a compressed chunk has a word that is in no code")
    }
    let copy = DeflateCopy.all[symbol - 257]
    count += copy.base + (try bits.take(copy.bitCount))
    try Self.passDistance(codes.distances, &bits)
    return false
  }

  /// Counts what words stand for, up to one that is not in the table.
  private mutating func countWords(
    _ table: DeflateTable, distances code: PrefixCode
  ) throws(StructureFault) {
    // Variables of its own stay in registers.
    var (bits, count) = (self.bits, self.count)
    defer { (self.bits, self.count) = (bits, count) }
    let lookupCount = (DeflateBits.filledBitCount - DeflateCopy.bitLimit) / table.bitCount
    while count <= limit {
      try bits.fill()
      var entry = table.entries[bits.peek(table.bitCount)]
      var lookups = 1
      while !entry.isCopy, !entry.isOther, lookups < lookupCount {
        bits.drop(entry.bitCount)
        count += entry.byteCount
        entry = table.entries[bits.peek(table.bitCount)]
        lookups += 1
      }
      if entry.isOther { return }
      bits.drop(entry.bitCount)
      count += entry.byteCount
      guard entry.isCopy else { continue }
      count += bits.peek(entry.furtherBitCount)
      bits.drop(entry.furtherBitCount)
      try bits.fill()
      let distance = table.distances[bits.peek(table.distanceBitCount)]
      if distance > 0 { bits.drop(Int(distance)) } else { try Self.passDistance(code, &bits) }
    }
  }

  @inline(never)
  private static func passDistance(
    _ code: PrefixCode, _ bits: inout DeflateBits
  ) throws(StructureFault) {
    let distance = try code.next(&bits)
    _ = try bits.take(DeflateCopy.bitCount(distance: distance))
  }

  private static func makeFixedCodes() throws(StructureFault) -> Codes {
    var lengths = [UInt8](repeating: 8, count: 288)
    for symbol in 144..<256 { lengths[symbol] = 9 }
    for symbol in 256..<280 { lengths[symbol] = 7 }
    return Codes(
      symbols: try PrefixCode(lengths[...]),
      distances: try PrefixCode([UInt8](repeating: 5, count: 30)[...]))
  }

  private mutating func readCodes() throws(StructureFault) -> Codes {
    let symbolCount = 257 + (try bits.take(5))
    let distanceCount = 1 + (try bits.take(5))
    let lengthCount = 4 + (try bits.take(4))
    var ofLengths = [UInt8](repeating: 0, count: 19)
    for place in Self.lengthOrder.prefix(lengthCount) {
      ofLengths[place] = UInt8(try bits.take(3))
    }
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
    return Codes(
      symbols: try PrefixCode(lengths[..<symbolCount]),
      distances: try PrefixCode(lengths[symbolCount...]))
  }
}
