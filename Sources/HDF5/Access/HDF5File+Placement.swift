internal import CHDF5

extension HDF5File {
  /// Where a dataset's values lie in the file, in one piece and in the order of its axes.
  ///
  /// - Returns: The bytes of the file, counted from its first, user block included.
  /// - Throws: When there is no such dataset or it is stored in another way: in chunks, compressed,
  ///   in another file, or not written at all.
  public func placement(of dataset: String) throws(HDF5Error) -> Range<Int> {
    let operation = operation("locate", dataset)
    let handle = try openDataset(dataset, operation)
    let properties = try creationProperties(of: handle, operation)
    // Without storage the library returns an undefined address, to which it adds the user block.
    var status = H5D_SPACE_STATUS_NOT_ALLOCATED
    try operation.check(H5Dget_space_status(handle.id, &status))
    guard H5Pget_layout(properties.id) == H5D_CONTIGUOUS,
      try operation.check(H5Pget_external_count(properties.id)) == 0,
      status == H5D_SPACE_STATUS_ALLOCATED
    else {
      throw operation.error(
        .wrongLayout, "it is not stored in one piece (contiguous, as h5repack -l CONTI makes it)")
    }
    guard let start = Int(exactly: H5Dget_offset(handle.id)),
      let size = Int(exactly: H5Dget_storage_size(handle.id)), start <= byteCount,
      size <= byteCount - start
    else {
      throw operation.error(.truncated, "it is not within the \(byteCount) bytes of the file")
    }
    return start..<start + size
  }
}
