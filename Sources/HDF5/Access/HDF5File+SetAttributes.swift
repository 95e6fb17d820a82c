internal import CHDF5

/// Attributes of a group or dataset are replaced when they exist. All of these throw when there is
/// no such group or dataset, the value is longer than ``attributeByteLimit``, or the file cannot be
/// written to.
extension HDF5File {
  /// Sets an attribute to an integer of 8 bytes.
  public func setAttribute(
    _ name: String, of object: String = "/", to value: Int
  ) throws(HDF5Error) {
    try setNumbers([Int64(value)], extent: nil, name, object)
  }

  /// Sets an attribute to a number of 8 bytes.
  public func setAttribute(
    _ name: String, of object: String = "/", to value: Double
  ) throws(HDF5Error) {
    try setNumbers([value], extent: nil, name, object)
  }

  /// Sets an attribute to a string, stored as UTF-8 of fixed length.
  public func setAttribute(
    _ name: String, of object: String = "/", to value: String
  ) throws(HDF5Error) {
    try setStrings([value], extent: nil, name, object)
  }

  /// Sets an attribute to a list of integers of 8 bytes.
  public func setAttribute(
    _ name: String, of object: String = "/", to values: [Int]
  ) throws(HDF5Error) {
    try setNumbers(values.map(Int64.init), extent: values.count, name, object)
  }

  /// Sets an attribute to a list of numbers of 8 bytes.
  public func setAttribute(
    _ name: String, of object: String = "/", to values: [Double]
  ) throws(HDF5Error) {
    try setNumbers(values, extent: values.count, name, object)
  }

  /// Sets an attribute to a list of strings, stored as UTF-8 filled up with zero bytes to the
  /// longest: the form that Keras writes and reads.
  public func setAttribute(
    _ name: String, of object: String = "/", to values: [String]
  ) throws(HDF5Error) {
    try setStrings(values, extent: values.count, name, object)
  }

  private func setNumbers<Scalar: HDF5Scalar>(
    _ values: [Scalar], extent: Int?, _ name: String, _ object: String
  ) throws(HDF5Error) {
    let operation = operation("write", "\(object)@\(name)")
    let type = try operation.handle(H5Tcopy(Scalar.numberType.native), H5Tclose)
    try set(values, type: type, extent: extent, name, object, operation)
  }

  private func setStrings(
    _ values: [String], extent: Int?, _ name: String, _ object: String
  ) throws(HDF5Error) {
    let operation = operation("write", "\(object)@\(name)")
    let (padded, size) = Self.padded(values)
    let type = try stringType(size: size, set: H5T_CSET_UTF8, operation)
    try set(padded, type: type, extent: extent, name, object, operation)
  }

  private func set<Element: BitwiseCopyable>(
    _ elements: [Element], type: borrowing HDF5Handle, extent: Int?, _ name: String,
    _ object: String, _ operation: HDF5Operation
  ) throws(HDF5Error) {
    let byteCount = elements.count * MemoryLayout<Element>.stride
    guard byteCount <= Self.attributeByteLimit else {
      throw operation.error(
        .attributeTooLarge,
        "\(byteCount) bytes are more than the \(Self.attributeByteLimit) an attribute can hold; "
          + "divide it or store a dataset")
    }
    if try hasAttribute(name, of: object) {
      try operation.check(H5Adelete_by_name(id, object, name, hid_t(H5P_DEFAULT)))
    }
    let space = try operation.handle(
      extent.map { H5Screate_simple(1, [hsize_t($0)], nil) } ?? H5Screate(H5S_SCALAR), H5Sclose)
    let none = hid_t(H5P_DEFAULT)
    let attribute = try operation.handle(
      H5Acreate_by_name(id, object, name, type.id, space.id, none, none, none), H5Aclose)
    if !elements.isEmpty { try operation.check(H5Awrite(attribute.id, type.id, elements)) }
    try attribute.close(operation)
  }
}
