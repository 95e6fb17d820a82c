/// The numbers that MPI can send, by what it calls them.
public enum MPIScalarKind: Sendable {
  /// `MPI_FLOAT`.
  case float
  /// `MPI_DOUBLE`.
  case double
  /// `MPI_BYTE`.
  case byte
  /// `MPI_UINT16_T`.
  case uint16
  /// `MPI_INT32_T`.
  case int32
  /// `MPI_INT64_T`.
  case int64
}
