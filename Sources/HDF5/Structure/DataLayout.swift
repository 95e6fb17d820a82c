import Boundary

/// Where a dataset's values lie (section IV.A.2.i).
///
/// Version 3 is taken, and version 4 where it says nothing else: values in the header, in one piece,
/// or in chunks that a version 1 B-tree or a single address leads to.
struct DataLayout {
  let extents: StoredExtents
  let element: StoredType
  let pipeline: FilterPipeline?

  /// Walks what a layout message leads to.
  func require(
    _ message: StructureCursor, chunkRank: Int, in file: StructureBytes
  ) throws(StructureFault) {
    var cursor = message
    let version = try cursor.byte()
    guard version == 3 || version == 4 else {
      switch version {
      case 1, 2: throw .unsupported("it is from before HDF5 1.6.3; write it anew with h5repack")
      case 5: throw .newestFormat("layout of version 5")
      default: throw .damaged("a layout has version \(version)")
      }
    }
    let kind = try cursor.byte()
    guard kind == 2 || pipeline == nil else {
      throw .damaged("it has filters and no chunks")
    }
    switch kind {
    case 0:
      let count = try cursor.short()
      guard count == (try extents.byteCount(of: element)) else {
        throw .damaged("its values have \(count) bytes, which are not those of its shape")
      }
      try cursor.skip(count)
    case 1:
      let address = try cursor.address()
      let count = try cursor.length()
      guard count == (try extents.byteCount(of: element)) else {
        throw .damaged("its values have \(count) bytes, which are not those of its shape")
      }
      if let address { try file.reserve(at: address, count: count, "its values") }
    case 2 where version == 3:
      try requireTree(&cursor, chunkRank: chunkRank, in: file)
    case 2: try requireSingleChunk(&cursor, in: file)
    case 3 where version == 4:
      throw .unsupported(
        "its values are in other files (a virtual dataset); write it anew with them: "
          + "h5repack -l CONTI IN OUT")
    default: throw .damaged("a layout has class \(kind)")
    }
  }

  /// Lengths of a chunk's axes, and its bytes.
  private func chunk(
    _ dimensions: [Int]
  ) throws(StructureFault) -> (extents: [Int], byteCount: Int) {
    let lengths = Array(dimensions.dropLast())
    guard !extents.extents.isEmpty, lengths.count == extents.extents.count,
      dimensions.last == element.byteCount,
      !dimensions.contains(0), let count = dimensions.boundedProduct, count <= Int(UInt32.max)
    else { throw .damaged("its chunks have not the axes that it has") }
    return (lengths, count)
  }

  private func requireTree(
    _ cursor: inout StructureCursor, chunkRank: Int, in file: StructureBytes
  ) throws(StructureFault) {
    let rank = try cursor.byte()
    let address = try cursor.address()
    var dimensions: [Int] = []
    for _ in 0..<rank { dimensions.append(try cursor.word()) }
    let chunk = try chunk(dimensions)
    guard let address else { return }
    let tree = try BTree<ChunkKey>(
      at: address, type: 1, rank: chunkRank, keyByteCount: 8 + 8 * rank, in: file
    ) { (cursor) throws(StructureFault) in
      try ChunkKey(&cursor, rank: rank)
    }
    var last: [Int]?
    for (key, address) in tree.entries {
      for (axis, offset) in key.offsets.enumerated() {
        let isElement = axis == chunk.extents.count
        guard
          isElement
            ? offset == 0
            : offset % chunk.extents[axis] == 0 && offset < extents.extents[axis]
        else { throw .damaged("a chunk lies outside the dataset") }
      }
      guard last?.lexicographicallyPrecedes(key.offsets) ?? true else {
        throw .damaged("its chunks are not in order")
      }
      last = key.offsets
      try requireChunk(
        at: address, stored: key.byteCount, plain: chunk.byteCount, mask: key.mask, in: file)
    }
  }

  private func requireSingleChunk(
    _ cursor: inout StructureCursor, in file: StructureBytes
  ) throws(StructureFault) {
    let flags = try cursor.byte()
    let rank = try cursor.byte()
    let width = try cursor.byte()
    guard flags <= 3, (1...8).contains(width) else { throw .damaged("a layout has unknown flags") }
    var dimensions: [Int] = []
    for _ in 0..<rank {
      guard let length = Int(exactly: try cursor.number(bytes: width)) else {
        throw .damaged("a chunk is larger than can be counted")
      }
      dimensions.append(length)
    }
    let chunk = try chunk(dimensions)
    guard try cursor.byte() == 1 else { throw .newestFormat("an index of chunks") }
    guard (flags & 2 != 0) == (pipeline != nil), chunk.extents == extents.extents else {
      throw .damaged("its only chunk is not the whole")
    }
    let stored = pipeline == nil ? chunk.byteCount : try cursor.length()
    let mask = pipeline == nil ? 0 : try cursor.word()
    guard let address = try cursor.address() else { return }
    try requireChunk(
      at: address, stored: stored, plain: chunk.byteCount, mask: mask, in: file)
  }

  private func requireChunk(
    at address: Int, stored: Int, plain: Int, mask: Int, in file: StructureBytes
  ) throws(StructureFault) {
    guard let pipeline else {
      guard stored == plain else {
        throw .damaged("a chunk of \(plain) bytes is stored in \(stored)")
      }
      return try file.reserve(at: address, count: stored, "a chunk")
    }
    var chunk = try file.claim(at: address, count: stored, "a chunk")
    try pipeline.require(chunk.take(stored), plain, mask: mask)
  }
}
