internal import CMPI

/// A number that MPI can send.
public protocol MPIScalar: BitwiseCopyable {
  /// What MPI calls it.
  static var kind: MPIScalarKind { get }
}

extension MPIScalar {
  /// The library's handle of the type.
  static var datatype: MPI_Datatype {
    switch kind {
    case .float: CMPIFloat()
    case .double: CMPIDouble()
    case .byte: CMPIByte()
    case .uint16: CMPIUInt16()
    case .int32: CMPIInt32()
    case .int64: CMPIInt64()
    }
  }
}

extension Float: MPIScalar {
  /// `MPI_FLOAT`.
  public static var kind: MPIScalarKind { .float }
}

extension Double: MPIScalar {
  /// `MPI_DOUBLE`.
  public static var kind: MPIScalarKind { .double }
}

extension UInt8: MPIScalar {
  /// `MPI_BYTE`.
  public static var kind: MPIScalarKind { .byte }
}

extension UInt16: MPIScalar {
  /// `MPI_UINT16_T`.
  public static var kind: MPIScalarKind { .uint16 }
}

extension Int32: MPIScalar {
  /// `MPI_INT32_T`.
  public static var kind: MPIScalarKind { .int32 }
}

extension Int64: MPIScalar {
  /// `MPI_INT64_T`.
  public static var kind: MPIScalarKind { .int64 }
}
