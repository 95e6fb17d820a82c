internal import CMPI

/// A number that MPI can send.
public protocol MPIScalar: BitwiseCopyable {
  /// The library's handle of the type (`MPI_Datatype`).
  static var datatype: OpaquePointer { get }
}

extension Float: MPIScalar {
  /// `MPI_FLOAT`.
  public static var datatype: OpaquePointer { CMPIFloat() }
}

extension Double: MPIScalar {
  /// `MPI_DOUBLE`.
  public static var datatype: OpaquePointer { CMPIDouble() }
}

extension UInt8: MPIScalar {
  /// `MPI_BYTE`.
  public static var datatype: OpaquePointer { CMPIByte() }
}

extension UInt16: MPIScalar {
  /// `MPI_UINT16_T`.
  public static var datatype: OpaquePointer { CMPIUInt16() }
}

extension Int32: MPIScalar {
  /// `MPI_INT32_T`.
  public static var datatype: OpaquePointer { CMPIInt32() }
}

extension Int64: MPIScalar {
  /// `MPI_INT64_T`.
  public static var datatype: OpaquePointer { CMPIInt64() }
}
