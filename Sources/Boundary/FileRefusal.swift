import Glibc

/// Why a file from outside is not read.
public struct FileRefusal: Error, Equatable, CustomStringConvertible {
  /// What is wrong, for programs.
  public enum Kind: Sendable, Equatable {
    /// The file, or a folder on the way to it, does not exist.
    case missing
    /// The system does not let it be read; `code` is its `errno`.
    case system(code: Int32)
    /// It is a folder, a pipe, a device or a socket.
    case notRegular
    /// It has more bytes than what it is taken for can have.
    case tooLarge
    /// It ends before the place that was asked for.
    case cutOff
    /// Its bytes are no text in UTF-8.
    case notText
  }

  /// What is wrong, for programs.
  public let kind: Kind
  /// Path of the file.
  public let path: String
  /// What is wrong, for people, as in "cannot be read: …".
  public let reason: String

  init(_ kind: Kind, _ path: String, _ reason: String) {
    self.kind = kind
    self.path = path
    self.reason = reason
  }

  /// What the system has just said.
  init(systemCode code: Int32, _ path: String) {
    let isMissing = code == ENOENT || code == ENOTDIR
    self.init(
      isMissing ? .missing : .system(code: code), path, String(cString: strerror(code)).lowercased()
    )
  }

  /// One line with the path and the reason.
  public var description: String { "\(path.shown) cannot be read: \(reason)" }
}
