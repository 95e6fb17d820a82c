/// Where a file says that it begins and ends, and how large its nodes are: HDF5 File Format
/// Specification 3.0, section II.A.
///
/// Versions 0 to 3 are taken, at the beginning of the file or behind a user block, with addresses
/// and lengths of eight bytes. What the library needs to find data that is elsewhere is not: driver
/// information, and the extension that stores free space and shared messages.
struct Superblock {
  /// The address of the root group's object header.
  let root: Int
  /// What the root group's symbol table entry repeats of its symbol table.
  let rootTable: SymbolTable?
  /// Half of what a symbol node holds at most.
  let leafRank: Int
  /// Half of what a node of a group's B-tree holds at most.
  let groupRank: Int
  /// Half of what a node of a chunk B-tree holds at most.
  let chunkRank: Int

  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Finds and reads it, and has addresses count from it.
  init(in bytes: StructureBytes) throws(StructureFault) {
    let place = try Self.place(in: bytes)
    let available = min(bytes.fileByteCount - place, 100)
    var cursor = StructureCursor(
      try bytes.read(at: place, count: available, "the superblock"), "the superblock")
    // Version 2 has the fewest bytes.
    guard available >= 48 else { throw .truncated("it ends within its first bytes") }
    try cursor.skip(8)
    let version = try cursor.byte()
    var ranks = (leaf: 4, group: 16, chunk: 32)
    var base: Int?
    var end: Int?
    switch version {
    case 0, 1:
      guard available >= (version == 0 ? 96 : 100) else {
        throw .truncated("it ends within its first bytes")
      }
      guard try cursor.number(bytes: 4) & 0xFF00_FFFF == 0 else {
        throw .damaged("the superblock has versions of parts that there are not")
      }
      try Self.requireWidths(&cursor)
      try cursor.skip(1)
      ranks.leaf = try cursor.short()
      ranks.group = try cursor.short()
      let flags = try cursor.word()
      if version == 1 {
        ranks.chunk = try cursor.short()
        try cursor.skip(2)
      }
      base = try cursor.address()
      guard flags == 0, ranks.leaf > 0, ranks.group > 0, ranks.chunk > 0 else {
        throw .damaged("the superblock has flags or node sizes that there are not")
      }
      guard try cursor.address() == nil else { throw .newestFormat("stored free space") }
      end = try cursor.address()
      guard try cursor.address() == nil else {
        throw .unsupported(
          "it is one of several files (driver information); join them: h5repart")
      }
      let entry = try SymbolEntry(&cursor)
      root = entry.header
      rootTable = entry.table
    case 2, 3:
      try Self.requireWidths(&cursor)
      guard try cursor.byte() == 0 else {
        throw .unsupported(
          "its writer has not closed it; h5clear -s makes it readable if none runs")
      }
      base = try cursor.address()
      guard try cursor.address() == nil else {
        throw .newestFormat("an extension of the superblock")
      }
      end = try cursor.address()
      guard let header = try cursor.address() else { throw .damaged("it has no root group") }
      root = header
      rootTable = nil
      try cursor.checksum()
    default: throw .damaged("the superblock has version \(version)")
    }
    (leafRank, groupRank, chunkRank) = (ranks.leaf, ranks.group, ranks.chunk)
    try Self.settle(bytes, place: place, base: base, end: end, headerByteCount: cursor.offset)
  }

  /// At the beginning, or at a power of two from 512 on.
  private static func place(in bytes: StructureBytes) throws(StructureFault) -> Int {
    var place = 0
    while place <= bytes.fileByteCount - signature.count {
      if try bytes.read(at: place, count: signature.count, "the superblock")
        .elementsEqual(signature)
      {
        return place
      }
      place = place == 0 ? 512 : place * 2
    }
    throw .notHDF5
  }

  private static func requireWidths(_ cursor: inout StructureCursor) throws(StructureFault) {
    guard try cursor.short() == 0x0808 else {
      throw .unsupported(
        "its addresses or lengths have not eight bytes; write it anew with h5repack")
    }
  }

  /// A block put before a finished file moves all addresses with the superblock.
  private static func settle(
    _ bytes: StructureBytes, place: Int, base: Int?, end: Int?, headerByteCount: Int
  ) throws(StructureFault) {
    guard let base, let end, end >= base else {
      throw .damaged("the superblock has no beginning or end of the file")
    }
    let count = end - base
    guard count <= bytes.fileByteCount - place else {
      throw .truncated(
        "it has \(bytes.fileByteCount - place) bytes of the \(count) that it was written with")
    }
    bytes.settle(base: place, end: count)
    try bytes.reserve(at: 0, count: headerByteCount, "the superblock")
  }
}
