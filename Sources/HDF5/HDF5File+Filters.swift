internal import CHDF5

extension HDF5File {
  /// Makes sure that a dataset's chunks went through nothing but filters that are undone here, before
  /// the library reads one: it would start whatever it has or finds for the others.
  func requireDecodable(
    _ dataset: borrowing HDF5Handle, _ operation: HDF5Operation
  ) throws(HDF5Error) {
    let properties = try operation.handle(H5Dget_create_plist(dataset.id), H5Pclose)
    try requireDecodable(properties: properties, operation)
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
