/// The index of a dataset of which one axis has no limit (section VII.D).
///
/// Entries follow in the index block, in data blocks that it leads to, and in data blocks that
/// super blocks lead to. Blocks come in groups; from group to group either their number or their
/// length doubles. The library offers no choice of the sizes with which this begins, and computes
/// with others without looking whether they fit: they are refused.
struct ExtensibleArray {
  let entry: ChunkEntry

  /// The sizes, as a layout message and the header have them; their order is not the same.
  private enum Sizes {
    /// Entries that there may be, as bits.
    static let entryBits = 32
    /// Entries in the index block.
    static let indexEntries = 4
    /// Entries of the first data block.
    static let blockEntries = 16
    /// Addresses in the first super block.
    static let superBlockAddresses = 4
    /// Entries of a page, as bits; data blocks of more have pages, each with a checksum.
    static let pageBits = 10
  }

  /// Data blocks of one length, one after the other.
  private struct Group {
    let blockCount: Int
    /// Entries of each block.
    let entryCount: Int
    /// Entries of the groups before.
    let start: Int
  }

  private static let groups: [Group] = {
    var groups: [Group] = []
    var start = 0
    for number in 0...Sizes.entryBits - Sizes.blockEntries.trailingZeroBitCount {
      let group = Group(
        blockCount: 1 << (number / 2), entryCount: Sizes.blockEntries << ((number + 1) / 2),
        start: start)
      start += group.blockCount * group.entryCount
      groups.append(group)
    }
    return groups
  }()
  /// Groups whose blocks the index block leads to.
  private static let indexGroupCount = 2 * Sizes.superBlockAddresses.trailingZeroBitCount
  private static let headerByteCount = 72
  /// Signature, version, class and the header's address.
  private static let prefixByteCount = 14
  private static let checksumByteCount = 4
  /// Bytes of an entry's number.
  private static let offsetByteCount = Sizes.entryBits / 8
  private static let pageEntryCount = 1 << Sizes.pageBits
  /// Entries that may be looked up whatever the file's length is, which takes half a second.
  private static let leastEntryLimit = 1 << 22

  /// Reads the sizes in a layout message.
  init(_ cursor: inout StructureCursor, entry: ChunkEntry) throws(StructureFault) {
    self.entry = entry
    try Self.require(
      &cursor,
      [
        Sizes.entryBits, Sizes.indexEntries, Sizes.superBlockAddresses, Sizes.blockEntries,
        Sizes.pageBits,
      ])
  }

  private static func require(
    _ cursor: inout StructureCursor, _ sizes: [Int]
  ) throws(StructureFault) {
    guard try cursor.take(sizes.count).map({ Int($0) }) == sizes else {
      throw .damaged("an extensible array has sizes that the library does not write")
    }
  }

  /// Walks the array.
  ///
  /// - Parameter take: Gets the chunks that are stored, with their numbers.
  func walk(
    at address: Int, in file: StructureBytes,
    take: (Int, StoredChunk) throws(StructureFault) -> Void
  ) throws(StructureFault) {
    var header = try file.claim(
      at: address, count: Self.headerByteCount, "an extensible array")
    try header.signature("EAHD")
    try requireClass(&header)
    guard try header.byte() == entry.byteCount else {
      throw .damaged("an extensible array is not that of its dataset")
    }
    try Self.require(
      &header,
      [
        Sizes.entryBits, Sizes.indexEntries, Sizes.blockEntries, Sizes.superBlockAddresses,
        Sizes.pageBits,
      ])
    try header.skip(32)
    let count = try header.length()
    try header.skip(8)
    let index = try header.address()
    try header.checksum()
    // The library counts chunks by looking up every number up to this one.
    guard count <= max(Self.leastEntryLimit, file.end / 8) else {
      throw .unsupported(
        "it has places for \(count) chunks, nearly all of them empty; "
          + "write it anew: h5repack -l CONTI IN OUT")
    }
    guard let index else {
      guard count == 0 else { throw .damaged("an extensible array has no index block") }
      return
    }
    let end = try walkIndex(at: index, of: address, in: file, take: take)
    guard count <= end else {
      throw .damaged("an extensible array has \(count) entries in blocks for \(end)")
    }
  }

  /// - Returns: Where the last block ends, in entries.
  private func walkIndex(
    at address: Int, of header: Int, in file: StructureBytes,
    take: (Int, StoredChunk) throws(StructureFault) -> Void
  ) throws(StructureFault) -> Int {
    let direct = Self.groups[..<Self.indexGroupCount]
    let indirect = Self.groups[Self.indexGroupCount...]
    let addressCount = direct.reduce(0) { $0 + $1.blockCount } + indirect.count
    var block = try file.claim(
      at: address,
      count: Self.prefixByteCount + Sizes.indexEntries * entry.byteCount + 8 * addressCount
        + Self.checksumByteCount,
      "an extensible array's index block")
    try requirePrefix(&block, "EAIB", of: header)
    try entry.read(0..<Sizes.indexEntries, &block, take: take)
    var addresses = block
    try block.skip(8 * addressCount)
    try block.checksum()
    var end = Sizes.indexEntries
    for group in direct {
      for number in 0..<group.blockCount {
        guard let address = try addresses.address() else { continue }
        end = try walkBlock(number, of: group, at: address, of: header, nil, in: file, take: take)
      }
    }
    for group in indirect {
      guard let address = try addresses.address() else { continue }
      end = max(end, try walkSuperBlock(group, at: address, of: header, in: file, take: take))
    }
    return end
  }

  private func walkSuperBlock(
    _ group: Group, at address: Int, of header: Int, in file: StructureBytes,
    take: (Int, StoredChunk) throws(StructureFault) -> Void
  ) throws(StructureFault) -> Int {
    let pageCount = Self.pageCount(of: group)
    let markByteCount = group.blockCount * ((pageCount + 7) / 8)
    var block = try file.claim(
      at: address,
      count: Self.prefixByteCount + Self.offsetByteCount + markByteCount + 8 * group.blockCount
        + Self.checksumByteCount,
      "an extensible array's super block")
    try requirePrefix(&block, "EASB", of: header)
    try requireStart(group.start, &block)
    let marks = BitMarks(try block.take(markByteCount))
    var addresses = block
    try block.skip(8 * group.blockCount)
    try block.checksum()
    var end = 0
    for number in 0..<group.blockCount {
      guard let address = try addresses.address() else { continue }
      end = try walkBlock(number, of: group, at: address, of: header, marks, in: file, take: take)
    }
    return end
  }

  /// - Parameters:
  ///   - number: Number of the block in its group.
  ///   - marks: Pages of the group's blocks that were written to; none where the index block leads
  ///     to the group, whose blocks have no pages.
  /// - Returns: Where the block ends, in entries.
  private func walkBlock(
    _ number: Int, of group: Group, at address: Int, of header: Int, _ marks: BitMarks?,
    in file: StructureBytes, take: (Int, StoredChunk) throws(StructureFault) -> Void
  ) throws(StructureFault) -> Int {
    let pageCount = Self.pageCount(of: group)
    let start = group.start + number * group.entryCount
    let numbers = Sizes.indexEntries + start..<Sizes.indexEntries + start + group.entryCount
    let headByteCount = Self.prefixByteCount + Self.offsetByteCount + Self.checksumByteCount
    let byteCount =
      headByteCount + group.entryCount * entry.byteCount + pageCount * Self.checksumByteCount
    try file.reserve(at: address, count: byteCount, "an extensible array's block")
    var head = StructureCursor(
      try file.read(
        at: address, count: pageCount > 0 ? headByteCount : byteCount,
        "an extensible array's block"),
      "an extensible array's block")
    try requirePrefix(&head, "EADB", of: header)
    // The library counts from another block where the index block leads to this one.
    if marks == nil { try head.skip(Self.offsetByteCount) } else { try requireStart(start, &head) }
    if pageCount == 0 { try entry.read(numbers, &head, take: take) }
    try head.checksum()
    var next = address + headByteCount
    for page in 0..<pageCount {
      let first = numbers.lowerBound + page * Self.pageEntryCount
      let pageByteCount = Self.pageEntryCount * entry.byteCount + Self.checksumByteCount
      // A page that was never written to holds whatever was there before.
      if marks?[number * pageCount + page] ?? false {
        var entries = StructureCursor(
          try file.read(at: next, count: pageByteCount, "an extensible array's page"),
          "an extensible array's page")
        try entry.read(first..<first + Self.pageEntryCount, &entries, take: take)
        try entries.checksum()
      }
      next += pageByteCount
    }
    return numbers.upperBound
  }

  /// Pages of each block of a group; none where a block is one piece.
  private static func pageCount(of group: Group) -> Int {
    group.entryCount > pageEntryCount ? group.entryCount / pageEntryCount : 0
  }

  private func requirePrefix(
    _ cursor: inout StructureCursor, _ signature: StaticString, of header: Int
  ) throws(StructureFault) {
    try cursor.signature(signature)
    try requireClass(&cursor)
    guard try cursor.address() == header else {
      throw .damaged("an extensible array's block belongs elsewhere")
    }
  }

  private func requireClass(_ cursor: inout StructureCursor) throws(StructureFault) {
    guard try cursor.byte() == 0, try cursor.byte() == (entry.isFiltered ? 1 : 0) else {
      throw .damaged("an extensible array is not that of its dataset")
    }
  }

  private func requireStart(
    _ start: Int, _ cursor: inout StructureCursor
  ) throws(StructureFault) {
    guard try cursor.number(bytes: Self.offsetByteCount) == UInt64(start) else {
      throw .damaged("an extensible array's block belongs elsewhere")
    }
  }
}
