/// The index of a dataset whose axes have limits: an entry for each chunk that there may become
/// (section VII.C).
struct FixedArray {
  let entry: ChunkEntry
  /// Entries in all.
  let count: Int
  /// Entries of a page, as bits; arrays of more have pages, each with a checksum.
  let pageBitCount: Int

  /// What the library writes is 10.
  private static let pageBitLimit = 20
  private static let headerByteCount = 28
  private static let checksumByteCount = 4

  init(entry: ChunkEntry, count: Int, pageBitCount: Int) throws(StructureFault) {
    guard (1...Self.pageBitLimit).contains(pageBitCount), count > 0 else {
      throw .damaged("a fixed array has sizes that there are not")
    }
    (self.entry, self.count, self.pageBitCount) = (entry, count, pageBitCount)
  }

  /// Walks the array.
  ///
  /// - Parameter take: Gets the chunks that are stored, with their numbers.
  func walk(
    at address: Int, in file: StructureBytes,
    take: (Int, StoredChunk) throws(StructureFault) -> Void
  ) throws(StructureFault) {
    var header = try file.claim(at: address, count: Self.headerByteCount, "a fixed array")
    try header.signature("FAHD")
    guard try header.byte() == 0, try header.byte() == (entry.isFiltered ? 1 : 0),
      try header.byte() == entry.byteCount, try header.byte() == pageBitCount,
      try header.length() == count
    else { throw .damaged("a fixed array is not that of its dataset") }
    let block = try header.address()
    try header.checksum()
    guard let block else { return }
    try walkBlock(at: block, of: address, in: file, take: take)
  }

  private func walkBlock(
    at address: Int, of header: Int, in file: StructureBytes,
    take: (Int, StoredChunk) throws(StructureFault) -> Void
  ) throws(StructureFault) {
    let pageEntryCount = 1 << pageBitCount
    let pageCount = count > pageEntryCount ? (count - 1) / pageEntryCount + 1 : 0
    let markByteCount = (pageCount + 7) / 8
    let headByteCount = 14 + markByteCount + Self.checksumByteCount
    let byteCount = count.saturatingProduct(entry.byteCount)
      .saturatingSum(pageCount.saturatingProduct(Self.checksumByteCount))
      .saturatingSum(headByteCount)
    try file.reserve(at: address, count: byteCount, "a fixed array's block")
    var head = StructureCursor(
      try file.read(
        at: address, count: pageCount > 0 ? headByteCount : byteCount, "a fixed array's block"),
      "a fixed array's block")
    try head.signature("FADB")
    guard try head.byte() == 0, try head.byte() == (entry.isFiltered ? 1 : 0),
      try head.address() == header
    else { throw .damaged("a fixed array's block belongs elsewhere") }
    let marks = BitMarks(try head.take(markByteCount))
    if pageCount == 0 { try entry.read(0..<count, &head, take: take) }
    try head.checksum()
    var next = address + headByteCount
    for page in 0..<pageCount {
      let first = page * pageEntryCount
      let numbers = first..<min(first + pageEntryCount, count)
      let pageByteCount = numbers.count * entry.byteCount + Self.checksumByteCount
      // A page that was never written to holds whatever was there before.
      if marks[page] {
        var entries = StructureCursor(
          try file.read(at: next, count: pageByteCount, "a fixed array's page"),
          "a fixed array's page")
        try entry.read(numbers, &entries, take: take)
        try entries.checksum()
      }
      next += pageByteCount
    }
  }
}
