package import Boundary

/// A strict look at a file's own structures before the library reads them.
///
/// The library follows what a file says: it goes in circles, beyond the ends of its memory, and
/// into other files. What is taken here is what it can be trusted with: the classic format that
/// h5py, Keras, MATLAB and this program write, and that of HDF5 1.10 with its indexes of chunks,
/// all of it understood, no structure twice, no byte in two of them. Everything else is refused
/// with one line. Of the values, only compressed chunks are read, for their length, when they are
/// to be unpacked.
///
/// The sections named are those of the HDF5 File Format Specification, version 3.0.
package struct HDF5Structure {
  private let bytes: StructureBytes
  /// The datasets by their object headers, with what is compressed of them.
  private var datasets: [Int: CompressedChunks?] = [:]

  /// Walks all structures of a file.
  ///
  /// - Throws: When there is one that is damaged or not taken.
  package init(of file: RegularFile) throws(HDF5Error) {
    bytes = StructureBytes(file)
    var path: ObjectPath?
    do throws(StructureFault) {
      let superblock = try Superblock(in: bytes)
      var walk = StructureWalk(superblock, in: bytes)
      defer { path = walk.path }
      try walk.run()
      datasets = walk.datasets
    } catch {
      let object = path.map {
        ($0.depth == 0 && !error.part.hasPrefix("/") ? "/" : $0.text) + error.part
      }
      throw HDF5Error(
        kind: error.kind, operation: "open", file: file.path,
        object: object == "/" && error.kind != .unsupported ? nil : object, reason: error.reason)
    }
  }

  /// Requires that the compressed chunks of some rows of a dataset unpack to as many bytes as they
  /// should: the library reads so many.
  ///
  /// - Parameters:
  ///   - header: Address of the dataset's object header.
  ///   - rows: Rows of the first axis.
  mutating func requireChunks(of header: Int, _ rows: Range<Int>) throws(StructureFault) {
    guard datasets[header] != nil else {
      throw .damaged("a dataset is at byte \(header), where none was found")
    }
    try datasets[header]??.require(rows, in: bytes)
  }
}
