public import Boundary
internal import CMPI

/// A call of the MPI library that did not succeed.
///
/// The state of MPI is undefined afterwards and other ranks may be waiting: report the error and
/// end the job with ``Communicator/abort(exitCode:)``.
public struct MPIError: Fault, Equatable {
  /// The function that failed, for example `MPI_Send`.
  public let operation: String
  /// Its return code.
  public let code: Int
  /// What the library says about the code.
  public let text: String

  /// The ranks cannot talk to each other.
  public var faultKind: FaultKind { .rankLost }

  /// One line: the operation, the library's text and the code.
  public var description: String { "\(operation) failed: \(text) (code \(code))" }
}

/// Makes one MPI call and turns its return code into an error.
///
/// - Precondition: The caller is the thread that started MPI, as `MPI_THREAD_FUNNELED` demands.
func check(_ operation: StaticString, _ call: @autoclosure () -> CInt) throws(MPIError) {
  var isMainThread: CInt = 0
  let isKnown = MPI_Is_thread_main(&isMainThread) == MPI_SUCCESS
  precondition(isKnown && isMainThread != 0, "\(operation) called off the thread that started MPI")
  try checkCode(operation, call())
}

/// Turns a return code into an error; for calls made before MPI knows its main thread.
func checkCode(_ operation: StaticString, _ code: CInt) throws(MPIError) {
  guard code != MPI_SUCCESS else { return }
  var length: CInt = 0
  var characters = [CChar](repeating: 0, count: Int(MPI_MAX_ERROR_STRING) + 1)
  let isTextKnown = MPI_Error_string(code, &characters, &length) == MPI_SUCCESS
  let text = isTextKnown ? String(characters, length: length) : "no text for this error"
  throw MPIError(operation: operation.description, code: Int(code), text: text)
}

extension String {
  /// Decodes the first `length` characters that a C function has written.
  init(_ characters: [CChar], length: CInt) {
    let bytes = characters.prefix(Int(length)).map(UInt8.init(bitPattern:))
    self.init(decoding: bytes, as: UTF8.self)
  }
}
