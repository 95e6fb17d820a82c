/// Links or attributes of an object that has many (section III.G).
///
/// Managed objects without filters are taken, as a link and all but the longest attributes are
/// stored. The blocks are found by a table whose sizes double with the rows; it is walked as a
/// whole.
struct FractalHeap {
  /// Bytes of an object's identifier.
  let identifierByteCount: Int

  private let address: Int
  private let width: Int
  private let firstByteCount: Int
  private let directByteLimit: Int
  /// Bytes of the heap's own space.
  private let spaceByteCount: Int
  /// Bytes of the longest object.
  private let objectLimit: Int
  private let offsetByteCount: Int
  private let lengthByteCount: Int
  private let hasChecksums: Bool
  private var blocks: [Block] = []
  /// Bytes of the blocks that no object was taken from yet.
  private var remainder = 0

  /// A direct block: where it is in the heap's own space, and its bytes.
  private struct Block {
    let offset: Int
    let bytes: ArraySlice<UInt8>
  }

  init(at address: Int, in file: StructureBytes) throws(StructureFault) {
    self.address = address
    var cursor = try file.claim(at: address, count: 146, "a fractal heap")
    try cursor.signature("FRHP")
    guard try cursor.byte() == 0 else { throw .damaged("a fractal heap has an unknown version") }
    identifierByteCount = try cursor.short()
    guard try cursor.short() == 0 else { throw .newestFormat("filters on links or attributes") }
    let flags = try cursor.byte()
    hasChecksums = flags & 2 != 0
    objectLimit = try cursor.word()
    try cursor.skip(32)
    spaceByteCount = try cursor.length()
    try cursor.skip(56)
    width = try cursor.short()
    firstByteCount = try cursor.length()
    directByteLimit = try cursor.length()
    let bits = try cursor.short()
    try cursor.skip(2)
    let root = try cursor.address()
    let rows = try cursor.short()
    try cursor.checksum()
    func isPower(_ number: Int) -> Bool { number > 0 && number & (number - 1) == 0 }
    guard flags <= 3, isPower(width), width <= 256, isPower(firstByteCount), firstByteCount >= 64,
      isPower(directByteLimit), directByteLimit >= firstByteCount, directByteLimit <= 1 << 24,
      (8...48).contains(bits), objectLimit > 0, objectLimit <= directByteLimit
    else { throw .damaged("a fractal heap has sizes that there are not") }
    offsetByteCount = (bits + 7) / 8
    lengthByteCount = min(
      (directByteLimit.trailingZeroBitCount + 7) / 8,
      (63 - objectLimit.leadingZeroBitCount) / 8 + 1)
    guard identifierByteCount >= 1 + offsetByteCount + lengthByteCount,
      identifierByteCount <= 64
    else { throw .damaged("a fractal heap has identifiers of \(identifierByteCount) bytes") }
    guard let root else { return }
    if rows == 0 {
      try readDirect(at: root, offset: 0, count: firstByteCount, in: file)
    } else {
      let rowLimit = bits - (firstByteCount * width).trailingZeroBitCount + 1
      guard rows <= rowLimit else { throw .damaged("a fractal heap has \(rows) rows") }
      try readIndirect(at: root, offset: 0, rows: rows, in: file)
    }
  }

  /// Bytes of each block of a row.
  private func byteCount(row: Int) -> Int {
    row == 0 ? firstByteCount : firstByteCount << (row - 1)
  }

  private mutating func readDirect(
    at address: Int, offset: Int, count: Int, in file: StructureBytes
  ) throws(StructureFault) {
    var cursor = try file.claim(at: address, count: count, "a fractal heap's block")
    var whole = cursor
    try requireHead(&cursor, "FHDB", offset: offset)
    if hasChecksums { try cursor.checksumWithin() }
    blocks.append(Block(offset: offset, bytes: try whole.take(count)))
    remainder += count
  }

  private mutating func readIndirect(
    at address: Int, offset: Int, rows: Int, in file: StructureBytes
  ) throws(StructureFault) {
    let count = 13 + offsetByteCount + rows * width * 8 + 4
    var cursor = try file.claim(at: address, count: count, "a fractal heap's block")
    try requireHead(&cursor, "FHIB", offset: offset)
    var children = cursor
    try cursor.skip(rows * width * 8)
    try cursor.checksum()
    var offset = offset
    for row in 0..<rows {
      let size = byteCount(row: row)
      for _ in 0..<width {
        if let child = try children.address() {
          if size <= directByteLimit {
            try readDirect(at: child, offset: offset, count: size, in: file)
          } else {
            let childRows =
              size.trailingZeroBitCount - (firstByteCount * width).trailingZeroBitCount + 1
            guard childRows > 0, childRows < rows else {
              throw .damaged("a fractal heap's block has \(childRows) rows")
            }
            try readIndirect(at: child, offset: offset, rows: childRows, in: file)
          }
        }
        offset += size
      }
    }
  }

  private func requireHead(
    _ cursor: inout StructureCursor, _ signature: StaticString, offset: Int
  ) throws(StructureFault) {
    try cursor.signature(signature)
    guard try cursor.byte() == 0, try cursor.address() == address,
      try cursor.number(bytes: offsetByteCount) == UInt64(offset)
    else { throw .damaged("a fractal heap's block belongs elsewhere") }
  }

  /// Takes the object of an identifier.
  ///
  /// Objects that share bytes would be more than the file has, as names that share them.
  mutating func take(
    _ identifier: ArraySlice<UInt8>, _ name: String
  ) throws(StructureFault) -> StructureCursor {
    var cursor = StructureCursor(identifier, "a heap's identifier")
    let first = try cursor.byte()
    guard first >> 4 != 1 else { throw .newestFormat("attributes of more than 4 KiB among many") }
    guard first == 0 else { throw .damaged("a heap's identifier is of an unknown kind") }
    let offset = Int(try cursor.number(bytes: offsetByteCount))
    let count = Int(try cursor.number(bytes: lengthByteCount))
    let headByteCount = 13 + offsetByteCount + (hasChecksums ? 4 : 0)
    // The first block that begins after it.
    var (low, high) = (0, blocks.count)
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].offset <= offset { low = middle + 1 } else { high = middle }
    }
    // The library gives up at what does not fit, and frees memory that it has not taken.
    guard low > 0, count > 0, count <= objectLimit, offset <= spaceByteCount - count else {
      throw .damaged("a heap's identifier leads nowhere")
    }
    let block = blocks[low - 1]
    let start = offset - block.offset
    guard start >= headByteCount, start <= block.bytes.count, count <= block.bytes.count - start
    else { throw .damaged("an object lies outside its heap's blocks") }
    guard count <= remainder else { throw .damaged("objects of a heap share bytes") }
    remainder -= count
    let place = block.bytes.startIndex + start
    return StructureCursor(block.bytes[place..<place + count], name)
  }
}
