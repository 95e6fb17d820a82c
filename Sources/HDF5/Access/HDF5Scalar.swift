internal import CHDF5

/// A number that datasets are made of: `Float`, `Double`, `UInt8`, `Int32`, `Int64` or `UInt64`.
public protocol HDF5Scalar: BitwiseCopyable {
  /// How HDF5 stores the type.
  static var numberType: HDF5NumberType { get }
}

/// The types of numbers that datasets are made of.
public enum HDF5NumberType: String, Sendable {
  /// IEEE binary32.
  case float32
  /// IEEE binary64.
  case float64
  /// Unsigned byte.
  case uint8
  /// Signed, 4 bytes.
  case int32
  /// Signed, 8 bytes.
  case int64
  /// Unsigned, 8 bytes.
  case uint64

  /// The library's identifier of the type in this machine's memory.
  var native: hid_t {
    switch self {
    case .float32: CHDF5_NATIVE_FLOAT()
    case .float64: CHDF5_NATIVE_DOUBLE()
    case .uint8: CHDF5_NATIVE_UINT8()
    case .int32: CHDF5_NATIVE_INT32()
    case .int64: CHDF5_NATIVE_INT64()
    case .uint64: CHDF5_NATIVE_UINT64()
    }
  }
}

extension Float: HDF5Scalar {
  /// `float32`.
  public static var numberType: HDF5NumberType { .float32 }
}

extension Double: HDF5Scalar {
  /// `float64`.
  public static var numberType: HDF5NumberType { .float64 }
}

extension UInt8: HDF5Scalar {
  /// `uint8`.
  public static var numberType: HDF5NumberType { .uint8 }
}

extension Int32: HDF5Scalar {
  /// `int32`.
  public static var numberType: HDF5NumberType { .int32 }
}

extension Int64: HDF5Scalar {
  /// `int64`.
  public static var numberType: HDF5NumberType { .int64 }
}

extension UInt64: HDF5Scalar {
  /// `uint64`.
  public static var numberType: HDF5NumberType { .uint64 }
}
