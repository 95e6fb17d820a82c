import Boundary

/// A dataset in chunks, and the index that leads to them (sections IV.A.2.i and VII).
struct ChunkLayout {
  private let version: Int
  private let grid: ChunkGrid
  private let pipeline: FilterPipeline?
  /// Whether chunks that the dataset does not fill are stored without filters.
  private let leavesCutOffChunks: Bool
  /// Whether the layout tells the length and the filters of its only chunk.
  private let tellsSingleChunk: Bool
  /// The B-tree of version 3, which stands before the lengths of a chunk.
  private let tree: Int?
  /// The chunks that are to be unpacked, once the index was walked.
  private(set) var compressed: CompressedChunks?

  /// What leads to the chunks in version 4, by its number in the file.
  private enum Index: Int {
    case single = 1
    case implicit = 2
    case fixedArray = 3
    case extensibleArray = 4
    case tree = 5
  }

  init(
    _ cursor: inout StructureCursor, version: Int, extents: StoredExtents, element: StoredType,
    _ pipeline: FilterPipeline?
  ) throws(StructureFault) {
    self.version = version
    self.pipeline = pipeline
    let flags = version == 4 ? try cursor.byte() : 0
    let rank = try cursor.byte()
    tree = version == 3 ? try cursor.address() : nil
    let width = version == 4 ? try cursor.byte() : 4
    guard flags <= 3, (1...8).contains(width) else { throw .damaged("a layout has unknown flags") }
    leavesCutOffChunks = flags & 1 != 0
    tellsSingleChunk = flags & 2 != 0
    var dimensions: [Int] = []
    for _ in 0..<rank {
      guard let length = Int(exactly: try cursor.number(bytes: width)) else {
        throw .damaged("a chunk is larger than can be counted")
      }
      dimensions.append(length)
    }
    grid = try ChunkGrid(dimensions, of: extents, element)
    if let pipeline, pipeline.obstacle == nil {
      compressed = CompressedChunks(
        pipeline, plainByteCount: grid.byteCount, rowCount: grid.lengths[0])
    }
  }

  /// Walks the index, which the rest of the layout message tells of.
  mutating func walk(
    _ cursor: inout StructureCursor, chunkRank: Int, in file: StructureBytes
  ) throws(StructureFault) {
    defer { compressed?.sort() }
    if version == 3 {
      if let tree { try requireTree(at: tree, chunkRank: chunkRank, in: file) }
      return
    }
    let number = try cursor.byte()
    guard let index = Index(rawValue: number) else {
      throw .damaged("an index of chunks is of kind \(number)")
    }
    guard index == .single || !tellsSingleChunk else {
      throw .damaged("a layout has unknown flags")
    }
    switch index {
    case .single: try requireSingleChunk(&cursor, in: file)
    case .implicit: try requireImplicit(&cursor, in: file)
    case .fixedArray: try requireFixedArray(&cursor, in: file)
    case .extensibleArray: try requireExtensibleArray(&cursor, in: file)
    case .tree: try requireRecords(&cursor, in: file)
    }
  }

  private var entry: ChunkEntry {
    ChunkEntry(plainByteCount: grid.byteCount, isFiltered: pipeline != nil)
  }

  private mutating func requireTree(
    at address: Int, chunkRank: Int, in file: StructureBytes
  ) throws(StructureFault) {
    let rank = grid.lengths.count + 1
    let tree = try BTree<ChunkKey>(
      at: address, type: 1, rank: chunkRank, keyByteCount: 8 + 8 * rank, in: file
    ) { (cursor) throws(StructureFault) in
      try ChunkKey(&cursor, rank: rank)
    }
    var order = AscendingPlaces()
    for (key, address) in tree.entries {
      guard key.offsets.last == 0, zip(key.offsets, grid.lengths).allSatisfy({ $0 % $1 == 0 })
      else { throw .damaged("a chunk lies outside the dataset") }
      let place = zip(key.offsets, grid.lengths).map { $0 / $1 }
      try order.take(place)
      try requireChunk(
        StoredChunk(address: address, byteCount: key.byteCount, mask: key.mask), at: place,
        in: file)
    }
  }

  /// The dataset is one chunk, and never becomes longer.
  private mutating func requireSingleChunk(
    _ cursor: inout StructureCursor, in file: StructureBytes
  ) throws(StructureFault) {
    guard tellsSingleChunk == (pipeline != nil), grid.isWhole else {
      throw .damaged("its only chunk is not the whole")
    }
    let stored = tellsSingleChunk ? try cursor.number(bytes: 8) : UInt64(grid.byteCount)
    let mask = tellsSingleChunk ? try cursor.word() : 0
    guard let address = try cursor.address() else { return }
    try requireChunk(
      StoredChunk(at: address, byteCount: stored, mask: mask),
      at: [Int](repeating: 0, count: grid.counts.count), in: file)
  }

  /// All chunks that there may become lie one after the other.
  private mutating func requireImplicit(
    _ cursor: inout StructureCursor, in file: StructureBytes
  ) throws(StructureFault) {
    guard let address = try cursor.address() else { return }
    guard pipeline == nil, let count = try grid.order().count else {
      throw .damaged("chunks without an index have filters or no number")
    }
    try file.reserve(
      at: address, count: count.saturatingProduct(grid.byteCount), "its values")
  }

  private mutating func requireFixedArray(
    _ cursor: inout StructureCursor, in file: StructureBytes
  ) throws(StructureFault) {
    let pageBitCount = try cursor.byte()
    guard let address = try cursor.address() else { return }
    let (order, count) = try grid.order()
    guard let count else { throw .damaged("a fixed array indexes a dataset without limit") }
    try FixedArray(entry: entry, count: count, pageBitCount: pageBitCount)
      .walk(at: address, in: file) { (number, chunk) throws(StructureFault) in
        try requireChunk(chunk, at: order.place(of: number), in: file)
      }
  }

  private mutating func requireExtensibleArray(
    _ cursor: inout StructureCursor, in file: StructureBytes
  ) throws(StructureFault) {
    let array = try ExtensibleArray(&cursor, entry: entry)
    guard let address = try cursor.address() else { return }
    let (order, count) = try grid.order()
    guard count == nil else {
      throw .damaged("an extensible array indexes a dataset that does not grow")
    }
    try array.walk(at: address, in: file) { (number, chunk) throws(StructureFault) in
      try requireChunk(chunk, at: order.place(of: number), in: file)
    }
  }

  /// A version 2 B-tree, whose records end with the place of the chunk.
  private mutating func requireRecords(
    _ cursor: inout StructureCursor, in file: StructureBytes
  ) throws(StructureFault) {
    let nodeByteCount = try cursor.word()
    try cursor.skip(2)
    guard let address = try cursor.address() else { return }
    let tree = try RecordTree(
      at: address, pipeline == nil ? .chunks : .filteredChunks,
      recordByteCount: entry.byteCount + 8 * grid.lengths.count, in: file)
    guard tree.nodeByteCount == nodeByteCount else {
      throw .damaged("a B-tree is not that of its dataset")
    }
    var order = AscendingPlaces()
    for bytes in tree.records {
      var record = StructureCursor(bytes, "a record of a chunk")
      let chunk = try entry.read(&record)
      var place: [Int] = []
      for _ in grid.lengths { place.append(try record.length()) }
      guard let chunk else { throw .damaged("a B-tree node has an entry that leads nowhere") }
      try order.take(place)
      try requireChunk(chunk, at: place, in: file)
    }
  }

  /// Searches go wrong where places do not ascend.
  private struct AscendingPlaces {
    private var last: [Int]?

    mutating func take(_ place: [Int]) throws(StructureFault) {
      guard last?.lexicographicallyPrecedes(place) ?? true else {
        throw .damaged("its chunks are not in order")
      }
      last = place
    }
  }

  private mutating func requireChunk(
    _ chunk: StoredChunk, at place: [Int], in file: StructureBytes
  ) throws(StructureFault) {
    guard grid.contains(place) else { throw .damaged("a chunk lies outside the dataset") }
    guard pipeline != nil, !(leavesCutOffChunks && grid.isCutOff(place)) else {
      guard chunk.byteCount == grid.byteCount else {
        throw .damaged("a chunk of \(grid.byteCount) bytes is stored in \(chunk.byteCount)")
      }
      return try file.reserve(at: chunk.address, count: chunk.byteCount, "a chunk")
    }
    try file.reserve(at: chunk.address, count: chunk.byteCount, "a chunk")
    compressed?.append(chunk, at: place)
  }
}
