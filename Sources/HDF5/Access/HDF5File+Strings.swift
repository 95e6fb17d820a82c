internal import CHDF5

/// Datasets of strings: UTF-8, each filled up with zero bytes to the longest.
extension HDF5File {
  /// Writes strings as an attribute of a group or, where they are too long for one, as a dataset of
  /// that name in the group.
  ///
  /// - Throws: When an object of that name exists or the disk is full.
  public func store(
    _ values: [String], as name: String, in group: String = "/"
  ) throws(HDF5Error) {
    let longest = max(1, values.map(\.utf8.count).max() ?? 0)
    if values.count * longest <= Self.attributeByteLimit {
      try setAttribute(name, of: group, to: values)
    } else {
      try write(values, to: "\(group)/\(name)")
    }
  }

  /// Writes one string likewise.
  ///
  /// - Throws: When an object of that name exists or the disk is full.
  public func store(
    _ value: String, as name: String, in group: String = "/"
  ) throws(HDF5Error) {
    if value.utf8.count <= Self.attributeByteLimit {
      try setAttribute(name, of: group, to: value)
    } else {
      try write([value], to: "\(group)/\(name)")
    }
  }

  /// Reads what `store` wrote: one string, or many.
  ///
  /// - Throws: When there is neither such an attribute nor such a dataset, or it holds something
  ///   else.
  public func stored(_ name: String, in group: String = "/") throws(HDF5Error) -> [String] {
    let isAttribute = try hasAttribute(name, of: group)
    let isDataset = try exists("\(group)/\(name)")
    return try isDataset && !isAttribute
      ? readStrings("\(group)/\(name)") : attribute(name, of: group, as: [String].self)
  }

  /// Creates a dataset of strings, `[values.count]`, and writes all of it.
  ///
  /// - Throws: When an object of that name exists or the disk is full.
  public func write(_ values: [String], to dataset: String) throws(HDF5Error) {
    let operation = operation("write", dataset)
    let (padded, size) = Self.padded(values)
    let type = try stringType(size: size, set: H5T_CSET_UTF8, operation)
    let handle = try create(dataset, type: type.id, shape: [values.count], operation)
    if !values.isEmpty {
      let all = hid_t(H5S_ALL)
      try operation.check(H5Dwrite(handle.id, type.id, all, all, hid_t(H5P_DEFAULT), padded))
    }
    try handle.close(operation)
  }

  /// Reads a dataset of strings of fixed length.
  ///
  /// - Throws: When the dataset is missing or holds something else.
  public func readStrings(_ dataset: String) throws(HDF5Error) -> [String] {
    let operation = operation("read", dataset)
    let size = try stringByteCount(of: dataset)
    let handle = try openDataset(dataset, operation)
    let type = try operation.handle(H5Dget_type(handle.id), H5Tclose)
    let count = try requireStored(handle, inMemory: size, operation)
    var bytes = [UInt8](repeating: 0, count: count * size)
    if bytes.isEmpty { return [] }
    let shape = try shape(handle, operation)
    if let rowCount = shape.first,
      try portions(of: 0..<rowCount, shape, handle, operation).count > 1
    {
      throw operation.error(
        .notStored, "it lies in more chunks than are read at once; rewrite it with larger ones")
    }
    try requireChunks(of: handle, rows: 0..<(shape.first ?? 1), operation)
    let all = hid_t(H5S_ALL)
    try operation.check(H5Dread(handle.id, type.id, all, all, hid_t(H5P_DEFAULT), &bytes))
    return Self.strings(in: bytes, size: size)
  }

  /// Bytes of each string of a dataset of strings of fixed length.
  ///
  /// - Throws: When the dataset is missing or holds something else.
  public func stringByteCount(of dataset: String) throws(HDF5Error) -> Int {
    let operation = operation("read", dataset)
    let handle = try openDataset(dataset, operation)
    let type = try operation.handle(H5Dget_type(handle.id), H5Tclose)
    let isString = H5Tget_class(type.id) == H5T_STRING
    guard isString, try operation.check(H5Tis_variable_str(type.id)) == 0 else {
      throw operation.error(
        .wrongType,
        "it holds \(isString ? "strings of variable length" : operation.typeName(type)), "
          + "not strings of fixed length")
    }
    return H5Tget_size(type.id)
  }

  /// Strings one after the other, each filled up with zero bytes to `size`.
  static func padded(_ values: [String]) -> (bytes: [UInt8], size: Int) {
    let size = max(1, values.map(\.utf8.count).max() ?? 0)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * size)
    for value in values {
      bytes.append(contentsOf: value.utf8)
      bytes.append(contentsOf: repeatElement(0, count: size - value.utf8.count))
    }
    return (bytes, size)
  }

  /// The inverse of `padded(_:)`.
  static func strings(in bytes: [UInt8], size: Int) -> [String] {
    stride(from: 0, to: bytes.count, by: size).map { start in
      String(decoding: bytes[start..<start + size].prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
