/// What a chunk B-tree knows of a chunk (section III.A.1).
struct ChunkKey {
  /// Stored bytes.
  let byteCount: Int
  /// Filters that were left out, as bits.
  let mask: Int
  /// Where it begins in the dataset, by axes; the last counts bytes within a value.
  let offsets: [Int]

  init(_ cursor: inout StructureCursor, rank: Int) throws(StructureFault) {
    byteCount = try cursor.word()
    mask = try cursor.word()
    var offsets: [Int] = []
    for _ in 0..<rank { offsets.append(try cursor.length()) }
    self.offsets = offsets
  }
}
