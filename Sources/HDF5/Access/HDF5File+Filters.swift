import Boundary
internal import CHDF5

extension HDF5File {
  /// Makes sure that a dataset's chunks went through nothing but filters that are undone here,
  /// before the library reads one: it would start whatever it has or finds for the others.
  func requireDecodable(
    _ dataset: borrowing HDF5Handle, _ operation: HDF5Operation
  ) throws(HDF5Error) {
    try requireDecodable(properties: creationProperties(of: dataset, operation), operation)
  }

  /// The properties that a dataset of numbers or of strings of fixed length was created with.
  ///
  /// For all others the library would fetch what their fill value leads to, somewhere in the file.
  func creationProperties(
    of dataset: borrowing HDF5Handle, _ operation: HDF5Operation
  ) throws(HDF5Error) -> HDF5Handle {
    let type = try operation.handle(H5Dget_type(dataset.id), H5Tclose)
    switch H5Tget_class(type.id) {
    case H5T_INTEGER, H5T_FLOAT: break
    case H5T_STRING where try operation.check(H5Tis_variable_str(type.id)) == 0: break
    default: throw operation.error(.wrongType, "it holds \(operation.typeName(type))")
    }
    return try operation.handle(H5Dget_create_plist(dataset.id), H5Pclose)
  }

  /// Makes sure that chunks unpack to as much as the library reads of them, before it reads one.
  ///
  /// - Parameter rows: Rows of the first axis that are to be read.
  func requireChunks(
    of dataset: borrowing HDF5Handle, rows: Range<Int>, _ operation: HDF5Operation
  ) throws(HDF5Error) {
    guard structure != nil else { return }
    var address: haddr_t = 0
    try operation.check(CHDF5_get_address(dataset.id, &address))
    do throws(StructureFault) {
      try structure?.requireChunks(of: Int(clamping: address), rows)
    } catch {
      throw operation.error(error.kind, error.reason)
    }
  }

  /// - Parameter properties: Properties that the dataset was created with.
  func requireDecodable(
    properties: borrowing HDF5Handle, _ operation: HDF5Operation
  ) throws(HDF5Error) {
    var filters: [(number: Int, name: String)] = []
    for index in 0..<CUnsignedInt(try operation.check(H5Pget_nfilters(properties.id))) {
      var name = [CChar](repeating: 0, count: 64)
      // No more than fit before the last, which stays zero.
      let number = try operation.check(
        H5Pget_filter2(properties.id, index, nil, nil, nil, name.count - 1, &name, nil))
      let letters = name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
      filters.append((Int(number), String(decoding: letters, as: UTF8.self)))
    }
    if let obstacle = FilterPipeline.obstacle(to: filters) {
      throw operation.error(.unsupported, obstacle)
    }
  }
}
