import Boundary
internal import CHDF5

/// Bounds of what is read whole: a few bytes of a file can claim any size.
extension HDF5File {
  /// Bytes of the file that is read.
  var byteCount: Int { source?.byteCount ?? .max }

  /// Most bytes of memory that are taken at once for what is read whole: sixteen times the file, as
  /// numbers are widened and lists compressed, and no less than 64 MiB.
  public var wholeLimit: Int { max(byteCount.saturatingProduct(16), 1 << 26) }

  /// Bytes of the largest chunk that is unpacked.
  private static let chunkLimit = 1 << 28
  /// Chunks that are read from at once.
  private static let chunkCountLimit = 1 << 14
  /// Bytes that deflate can make of one (RFC 1951: 258 bytes a symbol of two bits).
  private static let deflateRatio = 1_032

  /// Makes sure that a dataset's values are all in the file.
  ///
  /// - Throws: When there is no such dataset, when values of it were never written, or when it
  ///   claims more than what the file has can hold.
  public func requireStored(_ dataset: String) throws(HDF5Error) {
    let operation = operation("read", dataset)
    try requireStored(openDataset(dataset, operation), operation)
  }

  /// Makes sure that a dataset's values are all in the file, before memory is taken for them.
  ///
  /// - Parameter size: Bytes of a value in memory, where the dataset is to be read whole.
  /// - Returns: The number of values.
  @discardableResult
  func requireStored(
    _ handle: borrowing HDF5Handle, inMemory size: Int? = nil, _ operation: HDF5Operation
  ) throws(HDF5Error) -> Int {
    let space = try operation.handle(H5Dget_space(handle.id), H5Sclose)
    let shape = try operation.extents(of: space)
    let type = try operation.handle(H5Dget_type(handle.id), H5Tclose)
    guard let count = shape.boundedProduct,
      let bytes = [count, H5Tget_size(type.id)].boundedProduct,
      let whole = [count, size ?? 1].boundedProduct, size == nil || whole <= wholeLimit
    else {
      throw operation.error(
        .notStored, "\(shape) values are more than a file of \(byteCount) bytes holds")
    }
    if bytes == 0 { return count }
    let properties = try creationProperties(of: handle, operation)
    try requireDecodable(properties: properties, operation)
    let stored = Int(exactly: H5Dget_storage_size(handle.id)) ?? .max
    if H5Pget_layout(properties.id) == H5D_CHUNKED {
      try requireChunks(of: handle, space, properties, shape, stored: stored, operation)
    } else {
      var status = H5D_SPACE_STATUS_NOT_ALLOCATED
      try operation.check(H5Dget_space_status(handle.id, &status))
      guard status == H5D_SPACE_STATUS_ALLOCATED, bytes <= stored, stored <= byteCount else {
        throw operation.error(.notStored, "its values were never written")
      }
    }
    return count
  }

  private func chunkLengths(
    _ properties: borrowing HDF5Handle, rank: Int, _ operation: HDF5Operation
  ) throws(HDF5Error) -> [Int] {
    var lengths = [hsize_t](repeating: 0, count: rank)
    try operation.check(H5Pget_chunk(properties.id, CInt(rank), &lengths))
    let chunk = lengths.compactMap(Int.init(exactly:))
    guard chunk.count == rank, chunk.allSatisfy({ $0 > 0 }) else {
      throw operation.error(.notStored, "its chunks are \(lengths)")
    }
    return chunk
  }

  /// Rows that are read at once: the library takes about 7 KB for each chunk that it reads from.
  ///
  /// - Returns: Ranges of rows one after the other.
  /// - Throws: When a single row lies in more chunks than memory is taken for.
  func portions(
    of rows: Range<Int>, _ shape: [Int], _ dataset: borrowing HDF5Handle,
    _ operation: HDF5Operation
  ) throws(HDF5Error) -> [Range<Int>] {
    let properties = try creationProperties(of: dataset, operation)
    guard H5Pget_layout(properties.id) == H5D_CHUNKED else { return [rows] }
    let chunk = try chunkLengths(properties, rank: shape.count, operation)
    let across = zip(shape, chunk).dropFirst().map { ($0 - 1) / $1 + 1 }.boundedProduct ?? .max
    guard across <= Self.chunkCountLimit else {
      throw operation.error(
        .notStored, "each row lies in \(across) chunks, \(chunk); rewrite it with larger ones")
    }
    let step = (Self.chunkCountLimit / max(1, across)).saturatingProduct(chunk[0])
    var portions: [Range<Int>] = []
    var start = rows.lowerBound
    while start < rows.upperBound {
      // Up to where a chunk ends, lest it be unpacked twice.
      let end = min(rows.upperBound, (start / chunk[0] * chunk[0]).saturatingSum(step))
      portions.append(start..<end)
      start = end
    }
    return portions
  }

  private func requireChunks(
    of dataset: borrowing HDF5Handle, _ space: borrowing HDF5Handle,
    _ properties: borrowing HDF5Handle, _ shape: [Int], stored: Int, _ operation: HDF5Operation
  ) throws(HDF5Error) {
    let chunk = try chunkLengths(properties, rank: shape.count, operation)
    let type = try operation.handle(H5Dget_type(dataset.id), H5Tclose)
    guard let chunkBytes = (chunk + [H5Tget_size(type.id)]).boundedProduct,
      chunkBytes <= Self.chunkLimit
    else {
      throw operation.error(
        .notStored,
        "its chunks, \(chunk), have more than \(Self.chunkLimit) bytes; rewrite it with smaller ones"
      )
    }
    let wanted = zip(shape, chunk).map { $0 / $1 + ($0 % $1 == 0 ? 0 : 1) }.boundedProduct ?? .max
    var found: hsize_t = 0
    try operation.check(H5Dget_num_chunks(dataset.id, space.id, &found))
    guard found == wanted else {
      throw operation.error(.notStored, "\(found) of its \(wanted) chunks were written")
    }
    // The last chunks may be nearly empty of what counts, but are stored whole.
    let claimed = wanted.saturatingProduct(chunkBytes)
    guard stored <= byteCount, claimed / Self.deflateRatio <= stored else {
      throw operation.error(
        .notStored, "its \(stored) bytes in the file cannot be those of \(claimed) unpacked ones")
    }
  }
}
