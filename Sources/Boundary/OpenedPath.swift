import Glibc

/// What lies at a path, opened without waiting for anybody.
final class OpenedPath: Sendable {
  /// What a path leads to.
  enum Kind: Sendable {
    case regular, pipe
    /// Anything else, with its name.
    case other(String)
  }

  let path: String
  let kind: Kind
  let descriptor: Int32
  /// Its length when it was opened.
  let byteCount: Int

  /// Opens for reading.
  ///
  /// A terminal that is opened does not become the one of this process, and a pipe without writer
  /// does not keep it waiting.
  init(_ path: String) throws(FileRefusal) {
    // The C string would end there, and another file be opened.
    guard !path.utf8.contains(0) else {
      throw FileRefusal(.missing, path, "its name has a zero byte")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    // The system's word for a socket is "no such device or address".
    guard descriptor >= 0 else {
      throw errno == ENXIO
        ? FileRefusal(.notRegular, path, "it is a socket or a device, not a file")
        : FileRefusal(systemCode: errno, path)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let refusal = FileRefusal(systemCode: errno, path)
      close(descriptor)
      throw refusal
    }
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFIFO: .pipe
      case S_IFDIR: .other("a folder")
      case S_IFSOCK: .other("a socket")
      default: .other("a device")
      }
    byteCount = Int(status.st_size)
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Refuses what is neither a regular file nor, where one may be given, a pipe.
  func require(pipesToo: Bool) throws(FileRefusal) {
    let name: String
    switch kind {
    case .regular: return
    case .pipe where pipesToo: return
    case .pipe: name = "a pipe"
    case .other(let other): name = other
    }
    throw FileRefusal(.notRegular, path, "it is \(name), not a file")
  }
}
