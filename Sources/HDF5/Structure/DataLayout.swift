import Boundary

/// Where a dataset's values lie (section IV.A.2.i).
///
/// Versions 3 and 4 are taken: values in the header, in one piece, or in chunks.
struct DataLayout {
  let extents: StoredExtents
  let element: StoredType
  let pipeline: FilterPipeline?

  /// Walks what a layout message leads to.
  ///
  /// - Returns: Chunks that are compressed; none where there are no others than those that are not.
  func walk(
    _ message: StructureCursor, chunkRank: Int, in file: StructureBytes
  ) throws(StructureFault) -> CompressedChunks? {
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
    case 2:
      var chunks = try ChunkLayout(
        &cursor, version: version, extents: extents, element: element, pipeline)
      try chunks.walk(&cursor, chunkRank: chunkRank, in: file)
      return chunks.compressed
    case 3 where version == 4:
      throw .unsupported(
        "its values are in other files (a virtual dataset); write it anew with them: "
          + "h5repack -l CONTI IN OUT")
    default: throw .damaged("a layout has class \(kind)")
    }
    return nil
  }
}
