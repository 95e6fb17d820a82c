import Boundary
internal import CHDF5

/// What is being done to which object: the one place where the library's return codes become
/// errors.
struct HDF5Operation {
  let name: String
  let file: String
  var object: String?

  func error(_ kind: HDF5Error.Kind, _ reason: String) -> HDF5Error {
    HDF5Error(kind: kind, operation: name, file: file, object: object, reason: reason)
  }

  /// What it means here that a file is refused.
  func error(_ refusal: FileRefusal) -> HDF5Error {
    let kind: HDF5Error.Kind =
      switch refusal.kind {
      case .missing: .missingFile
      case .system(let code): .refused(code: code)
      case .cutOff: .truncated
      case .notRegular, .notText, .tooLarge: .notHDF5
      }
    return error(kind, refusal.reason)
  }

  /// Passes on a code that is not negative.
  @discardableResult
  func check<Code: SignedInteger>(_ code: Code) throws(HDF5Error) -> Code {
    if code < 0 { throw failure() }
    return code
  }

  /// Takes ownership of an identifier that `close` releases.
  func handle(
    _ id: hid_t, _ close: @escaping @convention(c) (hid_t) -> herr_t
  ) throws(HDF5Error) -> HDF5Handle {
    HDF5Handle(id: try check(id), close: close)
  }

  /// The error that the library has just put on its stack.
  private func failure() -> HDF5Error {
    var innermost = InnermostError()
    let walked = withUnsafeMutablePointer(to: &innermost) { context in
      H5Ewalk2(
        hid_t(H5E_DEFAULT), H5E_WALK_UPWARD,
        { _, frame, context in
          guard let frame, let context else { return 0 }
          context.assumingMemoryBound(to: InnermostError.self).pointee.add(frame.pointee)
          return 0
        }, context)
    }
    guard walked >= 0, let reason = innermost.reason else {
      return error(.library, "the HDF5 library gives no reason")
    }
    return error(innermost.isTruncation ? .truncated : .library, reason)
  }

  /// What is kept of the stack: the first description from the inside, and whether any frame tells
  /// of a truncated file.
  private struct InnermostError {
    var reason: String?
    var isTruncation = false

    mutating func add(_ frame: H5E_error2_t) {
      if reason == nil, let text = frame.desc, text.pointee != 0 {
        // File drivers put the system's words among addresses, sizes and a date with a line break.
        let words = String(cString: text).split(separator: "error message = '", maxSplits: 1)
        // Names that the file has are among them, too.
        reason = words.last.map { String(words.count == 2 ? $0.prefix { $0 != "'" } : $0).shown }
      }
      if frame.min_num == CHDF5_ERROR_TRUNCATED() { isTruncation = true }
    }
  }
}
