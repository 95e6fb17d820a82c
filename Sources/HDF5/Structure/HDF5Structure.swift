package import Boundary

/// A strict look at a file's own structures before the library reads them.
///
/// The library follows what a file says: it goes in circles, beyond the ends of its memory, and into
/// other files. What is taken here is what it can be trusted with: the classic format that h5py,
/// Keras, MATLAB and this program write, and that of HDF5 1.10 with its indexes of chunks, all of it
/// understood, no structure twice, no byte in two of them. Everything else is refused with one line. Of
/// the values, only compressed chunks are read, for their length.
///
/// The sections named are those of the HDF5 File Format Specification, version 3.0.
package enum HDF5Structure {
  /// Walks all structures of a file.
  ///
  /// - Throws: When there is one that is damaged or not taken.
  package static func examine(_ file: RegularFile) throws(HDF5Error) {
    let bytes = StructureBytes(file)
    var path: String?
    do throws(StructureFault) {
      let superblock = try Superblock(in: bytes)
      var walk = StructureWalk(superblock, in: bytes)
      defer { path = walk.path }
      try walk.run()
    } catch {
      let object = path.map { ($0 == "/" && error.part.hasPrefix("/") ? "" : $0) + error.part }
      throw HDF5Error(
        kind: error.kind, operation: "open", file: file.path,
        object: object == "/" && error.kind != .unsupported ? nil : object, reason: error.reason)
    }
  }
}
