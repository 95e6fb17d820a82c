/// How arrays and version 2 B-trees write a chunk down (sections III.A.2, VII.C and VII.D): by its
/// address and, where there are filters, by what they made of it.
struct ChunkEntry {
  /// Bytes of a chunk in memory.
  let plainByteCount: Int
  let isFiltered: Bool

  /// Bytes of the stored length: one more than a chunk needs, as filters may lengthen it.
  private var lengthByteCount: Int {
    min(8, 1 + (plainByteCount.bitWidth - 1 - plainByteCount.leadingZeroBitCount + 8) / 8)
  }

  /// Bytes of an entry.
  var byteCount: Int { isFiltered ? 8 + lengthByteCount + 4 : 8 }

  /// Reads an entry; `nil` where no chunk is stored.
  func read(_ cursor: inout StructureCursor) throws(StructureFault) -> StoredChunk? {
    let address = try cursor.address()
    let stored =
      isFiltered ? try cursor.number(bytes: lengthByteCount) : UInt64(plainByteCount)
    let mask = isFiltered ? try cursor.word() : 0
    guard let address else { return nil }
    return try StoredChunk(at: address, byteCount: stored, mask: mask)
  }

  /// Reads entries that follow each other.
  ///
  /// - Parameter take: Gets the chunks that are stored, with their numbers.
  func read(
    _ numbers: Range<Int>, _ cursor: inout StructureCursor,
    take: (Int, StoredChunk) throws(StructureFault) -> Void
  ) throws(StructureFault) {
    for number in numbers {
      if let chunk = try read(&cursor) { try take(number, chunk) }
    }
  }
}

extension StoredChunk {
  /// The library goes on with the lower 32 bits of a length.
  init(at address: Int, byteCount: UInt64, mask: Int) throws(StructureFault) {
    guard byteCount <= UInt64(UInt32.max) else {
      throw .damaged("a chunk is stored in \(byteCount) bytes")
    }
    self.init(address: address, byteCount: Int(byteCount), mask: mask)
  }
}
