/// A dataset's chunks that went through filters. What they unpack to is counted when they are to be
/// read, each once: it takes longer than all the rest of the look, and most files have datasets
/// that nobody reads.
struct CompressedChunks {
  private struct Entry {
    let chunk: StoredChunk
    /// Its place along the first axis.
    let row: Int
    var isCounted = false
  }

  private let pipeline: FilterPipeline
  /// Bytes of a chunk in memory.
  private let plainByteCount: Int
  /// Rows of the dataset that a chunk has.
  private let rowCount: Int
  /// By their rows.
  private var entries: [Entry] = []

  init(_ pipeline: FilterPipeline, plainByteCount: Int, rowCount: Int) {
    (self.pipeline, self.plainByteCount, self.rowCount) = (pipeline, plainByteCount, rowCount)
  }

  /// Adds a chunk.
  mutating func append(_ chunk: StoredChunk, at place: [Int]) {
    entries.append(Entry(chunk: chunk, row: place.first ?? 0))
  }

  /// Is called once all are there: some indexes have them in another order.
  mutating func sort() { entries.sort { $0.row < $1.row } }

  /// Requires that the chunks of some rows of the dataset unpack to as many bytes as they should.
  mutating func require(_ rows: Range<Int>, in file: StructureBytes) throws(StructureFault) {
    if rows.isEmpty { return }
    let wanted = rows.lowerBound / rowCount...(rows.upperBound - 1) / rowCount
    var (first, end) = (0, entries.count)
    while first < end {
      let middle = (first + end) / 2
      if entries[middle].row < wanted.lowerBound { first = middle + 1 } else { end = middle }
    }
    for index in entries[first...].indices {
      let entry = entries[index]
      guard wanted.contains(entry.row) else { return }
      if entry.isCounted { continue }
      let stored = try file.read(
        at: entry.chunk.address, count: entry.chunk.byteCount, "a chunk")
      try pipeline.require(stored, plainByteCount, mask: entry.chunk.mask)
      entries[index].isCounted = true
    }
  }
}
