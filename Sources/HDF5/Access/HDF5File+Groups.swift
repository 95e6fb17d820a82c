internal import CHDF5

extension HDF5File {
  /// Creates a group and the groups on the way to it.
  ///
  /// - Throws: When an object of that name exists or the file cannot be written to.
  public func createGroup(_ group: String) throws(HDF5Error) {
    let operation = operation("create group", group)
    let properties = try linkProperties(operation)
    let created = try operation.handle(
      H5Gcreate2(id, group, properties.id, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)), H5Gclose)
    try created.close(operation)
  }

  /// Whether the file has a group or dataset at this path.
  ///
  /// - Throws: When the file is damaged.
  public func exists(_ object: String) throws(HDF5Error) -> Bool {
    let operation = operation("look up", object)
    var parent = try operation.handle(H5Gopen2(id, "/", hid_t(H5P_DEFAULT)), H5Oclose)
    for name in object.split(separator: "/") {
      // The library fails, rather than says no, when it is asked for a child of a dataset.
      guard H5Iget_type(parent.id) == H5I_GROUP,
        try operation.check(H5Lexists(parent.id, String(name), hid_t(H5P_DEFAULT))) > 0
      else { return false }
      parent = try operation.handle(
        H5Oopen(parent.id, String(name), hid_t(H5P_DEFAULT)), H5Oclose)
    }
    return true
  }

  /// Names of the groups and datasets directly in a group, sorted by their bytes.
  ///
  /// - Throws: When there is no such group.
  public func children(of group: String = "/") throws(HDF5Error) -> [String] {
    let operation = operation("list", group)
    try requireExistence(of: group, operation)
    let handle = try operation.handle(H5Gopen2(id, group, hid_t(H5P_DEFAULT)), H5Gclose)
    var info = H5G_info_t()
    try operation.check(H5Gget_info(handle.id, &info))
    var names: [String] = []
    for index in 0..<info.nlinks {
      func name(_ buffer: UnsafeMutablePointer<CChar>?, _ size: Int) -> Int {
        H5Lget_name_by_idx(
          handle.id, ".", H5_INDEX_NAME, H5_ITER_INC, index, buffer, size, hid_t(H5P_DEFAULT))
      }
      var bytes = [CChar](repeating: 0, count: try operation.check(name(nil, 0)) + 1)
      try operation.check(name(&bytes, bytes.count))
      names.append(String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
    return names
  }

  func requireExistence(of object: String, _ operation: HDF5Operation) throws(HDF5Error) {
    if try !exists(object) {
      throw operation.error(.missingObject, "the file has no object of that name")
    }
  }

  /// Creates missing groups on the way; names are UTF-8.
  func linkProperties(_ operation: HDF5Operation) throws(HDF5Error) -> HDF5Handle {
    let properties = try operation.handle(H5Pcreate(CHDF5_LINK_CREATE()), H5Pclose)
    try operation.check(H5Pset_create_intermediate_group(properties.id, 1))
    try operation.check(H5Pset_char_encoding(properties.id, H5T_CSET_UTF8))
    return properties
  }
}
