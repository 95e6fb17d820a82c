import Boundary
internal import CHDF5

extension HDF5File {
  /// Lengths of a dataset's axes, outermost first; empty for a single number.
  ///
  /// - Throws: When there is no such dataset.
  public func shape(of dataset: String) throws(HDF5Error) -> [Int] {
    let operation = operation("read", dataset)
    return try shape(openDataset(dataset, operation), operation)
  }

  /// Reads a whole dataset.
  ///
  /// - Parameters:
  ///   - dataset: Path of the dataset.
  ///   - scalar: Type of the numbers in memory.
  ///   - shape: Shape the dataset must have; `nil` takes any.
  ///   - converting: Whether the file may hold another type of the same class: floats of another
  ///     precision, integers of another width or sign. Integers out of range are clamped.
  /// - Returns: The numbers, last axis fastest.
  /// - Throws: When the dataset is missing or of another type or shape.
  public func read<Scalar: HDF5Scalar>(
    _ dataset: String, as scalar: Scalar.Type = Scalar.self, shape: [Int]? = nil,
    converting: Bool = false
  ) throws(HDF5Error) -> [Scalar] where Scalar: Numeric {
    let operation = operation("read", dataset)
    let handle = try openDataset(dataset, operation)
    let found = try self.shape(handle, operation)
    if let shape, shape != found {
      throw operation.error(.wrongShape, "its shape is \(found), not \(shape)")
    }
    try requireType(Scalar.numberType, of: handle, converting: converting, operation)
    let count = try requireStored(handle, inMemory: MemoryLayout<Scalar>.stride, operation)
    var values = [Scalar](repeating: 0, count: count)
    try values.withUnsafeMutableBufferPointer { (buffer) throws(HDF5Error) in
      try read(handle, rows: nil, into: buffer, operation)
    }
    return values
  }

  /// Reads a dataset, or some rows of its first axis, into the caller's memory.
  ///
  /// - Parameters:
  ///   - dataset: Path of the dataset.
  ///   - rows: Rows of the first axis; `nil` reads all.
  ///   - buffer: Room for exactly the numbers asked for, last axis fastest.
  ///   - converting: As for `read(_:as:shape:converting:)`.
  /// - Throws: When the dataset is missing or of another type, has not these rows, or the buffer is
  ///   not of their size; when all are asked for and some were never written.
  public func read<Scalar: HDF5Scalar>(
    _ dataset: String, rows: Range<Int>? = nil, into buffer: UnsafeMutableBufferPointer<Scalar>,
    converting: Bool = false
  ) throws(HDF5Error) {
    let operation = operation("read", dataset)
    let handle = try openDataset(dataset, operation)
    try requireType(Scalar.numberType, of: handle, converting: converting, operation)
    if rows == nil {
      try requireStored(handle, operation)
    } else {
      try requireDecodable(handle, operation)
    }
    try read(handle, rows: rows, into: buffer, operation)
  }

  private func read<Scalar: HDF5Scalar>(
    _ handle: borrowing HDF5Handle, rows: Range<Int>?,
    into buffer: UnsafeMutableBufferPointer<Scalar>, _ operation: HDF5Operation
  ) throws(HDF5Error) {
    let spaces = try select(rows, of: handle, bufferCount: buffer.count, operation)
    if buffer.isEmpty { return }
    let shape = try shape(handle, operation)
    let rows = rows ?? 0..<(shape.first ?? 1)
    let portions =
      shape.isEmpty ? [rows] : try portions(of: rows, shape, handle, operation)
    try requireChunks(of: handle, rows: rows, operation)
    guard portions.count > 1 else {
      return try read(handle, spaces, into: buffer, operation)
    }
    let size = buffer.count / rows.count
    for portion in portions {
      let start = (portion.lowerBound - rows.lowerBound) * size
      let part = UnsafeMutableBufferPointer(rebasing: buffer[start..<start + portion.count * size])
      let spaces = try select(portion, of: handle, bufferCount: part.count, operation)
      try read(handle, spaces, into: part, operation)
    }
  }

  private func read<Scalar: HDF5Scalar>(
    _ handle: borrowing HDF5Handle, _ spaces: borrowing HDF5Selection,
    into buffer: UnsafeMutableBufferPointer<Scalar>, _ operation: HDF5Operation
  ) throws(HDF5Error) {
    try operation.check(
      H5Dread(
        handle.id, Scalar.numberType.native, spaces.memory.id, spaces.file.id,
        hid_t(H5P_DEFAULT), buffer.baseAddress))
  }

  /// Creates a dataset, contiguous and little-endian, and the groups on the way to it.
  ///
  /// - Throws: When an object of that name exists or the file cannot be written to.
  public func createDataset<Scalar: HDF5Scalar>(
    _ dataset: String, of scalar: Scalar.Type, shape: [Int]
  ) throws(HDF5Error) {
    let operation = operation("create", dataset)
    try create(dataset, type: Scalar.numberType.native, shape: shape, operation)
      .close(operation)
  }

  func create(
    _ dataset: String, type: hid_t, shape: [Int], _ operation: HDF5Operation
  ) throws(HDF5Error) -> HDF5Handle {
    let extents = shape.map(hsize_t.init)
    let space = try operation.handle(
      shape.isEmpty
        ? H5Screate(H5S_SCALAR) : H5Screate_simple(CInt(shape.count), extents, nil), H5Sclose)
    let links = try linkProperties(operation)
    let properties = try operation.handle(H5Pcreate(CHDF5_DATASET_CREATE()), H5Pclose)
    try operation.check(H5Pset_obj_track_times(properties.id, false))
    return try operation.handle(
      H5Dcreate2(id, dataset, type, space.id, links.id, properties.id, hid_t(H5P_DEFAULT)),
      H5Dclose)
  }

  /// Writes an existing dataset, or some rows of its first axis.
  ///
  /// - Parameters:
  ///   - values: Exactly the numbers of these rows, last axis fastest.
  ///   - dataset: Path of the dataset, which holds the same type of number.
  ///   - rows: Rows of the first axis; `nil` writes all.
  /// - Throws: When the dataset is missing or of another type, has not these rows, `values` is not
  ///   of their size, or the disk is full.
  public func write<Scalar: HDF5Scalar>(
    _ values: UnsafeBufferPointer<Scalar>, to dataset: String, rows: Range<Int>? = nil
  ) throws(HDF5Error) {
    let operation = operation("write", dataset)
    let handle = try openDataset(dataset, operation)
    try requireType(Scalar.numberType, of: handle, converting: false, operation)
    let spaces = try select(rows, of: handle, bufferCount: values.count, operation)
    if !values.isEmpty {
      try operation.check(
        H5Dwrite(
          handle.id, Scalar.numberType.native, spaces.memory.id, spaces.file.id,
          hid_t(H5P_DEFAULT), values.baseAddress))
    }
    try handle.close(operation)
  }

  /// Creates a dataset of the given shape and writes all of it.
  ///
  /// - Throws: When an object of that name exists, `values` does not fill the shape, or the disk is
  ///   full.
  public func write<Scalar: HDF5Scalar>(
    _ values: [Scalar], to dataset: String, shape: [Int]
  ) throws(HDF5Error) {
    try createDataset(dataset, of: Scalar.self, shape: shape)
    try values.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
      try write(buffer, to: dataset)
    }
  }

  func openDataset(
    _ dataset: String, _ operation: HDF5Operation
  ) throws(HDF5Error) -> HDF5Handle {
    do {
      return try operation.handle(H5Dopen2(id, dataset, hid_t(H5P_DEFAULT)), H5Dclose)
    } catch {
      // The library's own words for what is not there name a symbol, not the object.
      try requireExistence(of: dataset, operation)
      throw error
    }
  }

  func shape(
    _ dataset: borrowing HDF5Handle, _ operation: HDF5Operation
  ) throws(HDF5Error) -> [Int] {
    let space = try operation.handle(H5Dget_space(dataset.id), H5Sclose)
    return try operation.extents(of: space)
  }

  private func requireType(
    _ expected: HDF5NumberType, of dataset: borrowing HDF5Handle, converting: Bool,
    _ operation: HDF5Operation
  ) throws(HDF5Error) {
    let type = try operation.handle(H5Dget_type(dataset.id), H5Tclose)
    let isExact =
      H5Tget_size(type.id) == H5Tget_size(expected.native)
      && H5Tget_sign(type.id) == H5Tget_sign(expected.native)
    if H5Tget_class(type.id) != H5Tget_class(expected.native) || !(isExact || converting) {
      throw operation.error(
        .wrongType, "it holds \(operation.typeName(type)), not \(expected.rawValue)")
    }
  }

  /// The dataspaces that pick `rows` in the file and lay them out densely in memory.
  private func select(
    _ rows: Range<Int>?, of dataset: borrowing HDF5Handle, bufferCount: Int,
    _ operation: HDF5Operation
  ) throws(HDF5Error) -> HDF5Selection {
    let shape = try shape(dataset, operation)
    var selected = shape
    if let rows {
      guard let rowCount = shape.first, rows.lowerBound >= 0, rows.upperBound <= rowCount else {
        throw operation.error(
          .wrongShape,
          "its shape is \(shape), which has no rows \(rows.lowerBound)..<\(rows.upperBound)")
      }
      selected[0] = rows.count
    }
    // Not more than those of the whole shape, which was found to be bounded.
    let count = selected.boundedProduct ?? 0
    guard bufferCount == count else {
      throw operation.error(
        .wrongShape, "\(selected) are \(count) numbers, but memory was given for \(bufferCount)")
    }
    let file = try operation.handle(H5Dget_space(dataset.id), H5Sclose)
    if let rows, !rows.isEmpty {
      var start = [hsize_t](repeating: 0, count: shape.count)
      start[0] = hsize_t(rows.lowerBound)
      try operation.check(
        H5Sselect_hyperslab(
          file.id, H5S_SELECT_SET, start, nil, selected.map(hsize_t.init), nil))
    }
    // Of the same shape: otherwise the library looks up each value on its own.
    let memory = try operation.handle(
      selected.isEmpty
        ? H5Screate(H5S_SCALAR)
        : H5Screate_simple(CInt(selected.count), selected.map(hsize_t.init), nil), H5Sclose)
    return HDF5Selection(file: file, memory: memory)
  }
}
