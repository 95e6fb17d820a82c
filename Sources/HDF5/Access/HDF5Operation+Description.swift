import Boundary
internal import CHDF5

extension HDF5Operation {
  /// Lengths of a dataspace's axes; `[0]` for the null dataspace, which has no elements.
  func extents(of space: borrowing HDF5Handle) throws(HDF5Error) -> [Int] {
    if H5Sget_simple_extent_type(space.id) == H5S_NULL { return [0] }
    let rank = try check(H5Sget_simple_extent_ndims(space.id))
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    try check(H5Sget_simple_extent_dims(space.id, &extents, nil))
    let lengths = extents.compactMap(Int.init(exactly:))
    guard lengths.count == extents.count, lengths.boundedProduct != nil else {
      throw error(.wrongShape, "its shape, \(extents), has more values than can be counted")
    }
    return lengths
  }

  /// The type in words, for messages.
  func typeName(_ type: borrowing HDF5Handle) -> String {
    let bits = H5Tget_size(type.id) * 8
    return switch H5Tget_class(type.id) {
    case H5T_FLOAT: "float\(bits)"
    case H5T_INTEGER: H5Tget_sign(type.id) == H5T_SGN_NONE ? "uint\(bits)" : "int\(bits)"
    case H5T_STRING: "strings"
    case H5T_ENUM: "an enumeration"
    case H5T_COMPOUND: "compound values"
    default: "values that are not numbers"
    }
  }
}
