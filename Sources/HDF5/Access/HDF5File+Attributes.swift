import Boundary
internal import CHDF5

extension HDF5File {
  /// Longest attribute in bytes: what an object header of 64 KiB can hold, by the bound that Keras
  /// uses.
  public static let attributeByteLimit = 64_512

  /// Whether a group or dataset has an attribute of this name.
  ///
  /// - Throws: When there is no such group or dataset.
  public func hasAttribute(_ name: String, of object: String = "/") throws(HDF5Error) -> Bool {
    let operation = operation("look up", "\(object)@\(name)")
    try requireExistence(of: object, operation)
    return try operation.check(H5Aexists_by_name(id, object, name, hid_t(H5P_DEFAULT))) > 0
  }

  /// An integer, stored in any width.
  ///
  /// - Throws: When the attribute is missing or is not a single integer.
  public func attribute(
    _ name: String, of object: String = "/", as type: Int.Type
  ) throws(HDF5Error) -> Int {
    Int(try single(name, of: object, numbers(name, of: object, as: Int64.self)))
  }

  /// A number, stored in any precision.
  ///
  /// - Throws: When the attribute is missing or is not a single floating-point number.
  public func attribute(
    _ name: String, of object: String = "/", as type: Double.Type
  ) throws(HDF5Error) -> Double {
    try single(name, of: object, numbers(name, of: object, as: Double.self))
  }

  /// A string, of fixed or variable length.
  ///
  /// - Throws: When the attribute is missing or is not a single string.
  public func attribute(
    _ name: String, of object: String = "/", as type: String.Type
  ) throws(HDF5Error) -> String {
    try single(name, of: object, strings(name, of: object))
  }

  /// Integers, stored in any width.
  ///
  /// - Throws: When the attribute is missing or does not hold integers.
  public func attribute(
    _ name: String, of object: String = "/", as type: [Int].Type
  ) throws(HDF5Error) -> [Int] {
    try numbers(name, of: object, as: Int64.self).map(Int.init)
  }

  /// Numbers, stored in any precision.
  ///
  /// - Throws: When the attribute is missing or does not hold floating-point numbers.
  public func attribute(
    _ name: String, of object: String = "/", as type: [Double].Type
  ) throws(HDF5Error) -> [Double] {
    try numbers(name, of: object, as: Double.self)
  }

  /// Strings, of fixed or variable length.
  ///
  /// - Throws: When the attribute is missing or does not hold strings.
  public func attribute(
    _ name: String, of object: String = "/", as type: [String].Type
  ) throws(HDF5Error) -> [String] {
    try strings(name, of: object)
  }

  private func single<Value>(
    _ name: String, of object: String, _ values: [Value]
  ) throws(HDF5Error) -> Value {
    guard values.count == 1 else {
      throw operation("read", "\(object)@\(name)").error(
        .wrongShape, "it has \(values.count) values, not one")
    }
    return values[0]
  }

  private func numbers<Scalar: HDF5Scalar & Numeric>(
    _ name: String, of object: String, as scalar: Scalar.Type
  ) throws(HDF5Error) -> [Scalar] {
    let operation = operation("read", "\(object)@\(name)")
    let attribute = try openAttribute(name, of: object, operation)
    let type = try operation.handle(H5Aget_type(attribute.id), H5Tclose)
    guard H5Tget_class(type.id) == H5Tget_class(Scalar.numberType.native) else {
      throw operation.error(
        .wrongType, "it holds \(operation.typeName(type)), not \(Scalar.numberType.rawValue)")
    }
    let count = try count(of: attribute, MemoryLayout<Scalar>.stride, operation)
    var values = [Scalar](repeating: 0, count: count)
    if !values.isEmpty {
      try operation.check(H5Aread(attribute.id, Scalar.numberType.native, &values))
    }
    return values
  }

  private func strings(_ name: String, of object: String) throws(HDF5Error) -> [String] {
    let operation = operation("read", "\(object)@\(name)")
    let attribute = try openAttribute(name, of: object, operation)
    let stored = try operation.handle(H5Aget_type(attribute.id), H5Tclose)
    guard H5Tget_class(stored.id) == H5T_STRING else {
      throw operation.error(
        .wrongType, "it holds \(operation.typeName(stored)), not strings")
    }
    let isVariable = try operation.check(H5Tis_variable_str(stored.id)) > 0
    let count = try count(of: attribute, H5Tget_size(stored.id), operation)
    if count == 0 { return [] }
    let size = isVariable ? CHDF5_VARIABLE() : H5Tget_size(stored.id)
    let type = try stringType(size: size, set: H5Tget_cset(stored.id), operation)
    if isVariable {
      var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
      try operation.check(H5Aread(attribute.id, type.id, &pointers))
      let values = pointers.map { $0.map { String(cString: $0) } ?? "" }
      let space = try operation.handle(H5Aget_space(attribute.id), H5Sclose)
      try operation.check(H5Dvlen_reclaim(type.id, space.id, hid_t(H5P_DEFAULT), &pointers))
      return values
    }
    var bytes = [UInt8](repeating: 0, count: count * size)
    try operation.check(H5Aread(attribute.id, type.id, &bytes))
    return Self.strings(in: bytes, size: size)
  }

  private func openAttribute(
    _ name: String, of object: String, _ operation: HDF5Operation
  ) throws(HDF5Error) -> HDF5Handle {
    guard try hasAttribute(name, of: object) else {
      throw operation.error(.missingObject, "there is no attribute of that name")
    }
    return try operation.handle(
      H5Aopen_by_name(id, object, name, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)), H5Aclose)
  }

  /// Values of an attribute, which take `size` bytes each in memory.
  private func count(
    of attribute: borrowing HDF5Handle, _ size: Int, _ operation: HDF5Operation
  ) throws(HDF5Error) -> Int {
    let space = try operation.handle(H5Aget_space(attribute.id), H5Sclose)
    let extents = try operation.extents(of: space)
    guard let count = extents.boundedProduct, size > 0, count <= wholeLimit / size else {
      throw operation.error(
        .notStored, "\(extents) values are more than a file of \(byteCount) bytes holds")
    }
    return count
  }

  /// Strings filled up with zero bytes to `size`, or C strings of any length.
  func stringType(
    size: Int, set: H5T_cset_t, _ operation: HDF5Operation
  ) throws(HDF5Error) -> HDF5Handle {
    let type = try operation.handle(H5Tcopy(CHDF5_C_S1()), H5Tclose)
    try operation.check(H5Tset_size(type.id, size))
    try operation.check(H5Tset_cset(type.id, set))
    if size != CHDF5_VARIABLE() {
      try operation.check(H5Tset_strpad(type.id, H5T_STR_NULLPAD))
    }
    return type
  }
}
