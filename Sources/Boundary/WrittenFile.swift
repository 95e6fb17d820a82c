import Glibc

/// The door for files that this program writes in place, or adds to, under names that others can
/// guess.
///
/// Whoever may write in the folder could have put a link there, by which something else would be
/// written to, or a pipe that nobody reads.
public enum WrittenFile {
  /// What is asked of the file that is there already, if one is.
  public enum Demand: Sendable {
    /// That it is a regular file.
    case regular
    /// That it has no other name as well.
    case ownName
    /// That it is not there.
    case missing
    /// That it is a regular file, and there: none is made.
    case present
  }

  /// Writes bytes over those that a file has at a place.
  ///
  /// - Throws: As ``open(_:_:_:folderIsReal:)`` with ``Demand/present``; when the disk is full.
  public static func overwrite(
    _ path: String, at offset: Int, with bytes: [UInt8]
  ) throws(FileRefusal) {
    let descriptor = try open(path, O_WRONLY, .present)
    defer { close(descriptor) }
    try bytes.withUnsafeBufferPointer { (bytes) throws(FileRefusal) in
      try write(UnsafeRawBufferPointer(bytes), to: descriptor, at: offset, of: path)
    }
  }

  /// Writes all of some bytes to a place of an open file.
  ///
  /// - Parameter path: What messages call it.
  /// - Throws: When the system refuses.
  public static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int, of path: String
  ) throws(FileRefusal) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, offset + done)
      guard count > 0 || errno == EINTR else { throw FileRefusal(systemCode: errno, path) }
      done += max(0, count)
    }
  }

  /// Opens a file for writing, and makes it if it is missing.
  ///
  /// Neither the file nor, where `folderIsReal` says so, its folder may be a link: what is found in
  /// their place is left as it is.
  ///
  /// - Parameters:
  ///   - path: Path of the file.
  ///   - flags: How it is to be opened, such as `O_WRONLY | O_APPEND`.
  ///   - demand: What is asked of one that is there.
  ///   - folderIsReal: Whether the folder is the program's own, too.
  /// - Returns: The descriptor, which the caller closes.
  /// - Throws: When something else is there, or the system refuses.
  public static func open(
    _ path: String, _ flags: Int32, _ demand: Demand, folderIsReal: Bool = false
  ) throws(FileRefusal) -> Int32 {
    var (folder, name) = (AT_FDCWD, path)
    // By bytes: a name can begin with a mark that joins the slash in one character.
    if folderIsReal, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
      let parent = String(path[..<slash])
      name = String(path[path.utf8.index(after: slash)...])
      folder = Glibc.open(parent, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard folder >= 0 else {
        throw errno == ENOTDIR || errno == ELOOP
          ? FileRefusal(.notRegular, path, "\(parent.shown) is a link, or no folder; remove it")
          : FileRefusal(systemCode: errno, path)
      }
    }
    defer { if folder >= 0 { close(folder) } }
    let descriptor = openat(
      folder, name,
      flags | (demand == .present ? 0 : O_CREAT) | (demand == .missing ? O_EXCL : 0)
        | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      switch errno {
      case ELOOP: throw FileRefusal(.notRegular, path, "it is a symbolic link; remove it")
      case ENXIO, EISDIR:
        throw FileRefusal(.notRegular, path, "it is a folder, a pipe or a socket; remove it")
      default: throw FileRefusal(systemCode: errno, path)
      }
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let refusal = FileRefusal(systemCode: errno, path)
      close(descriptor)
      throw refusal
    }
    let problem =
      status.st_mode & S_IFMT != S_IFREG
      ? "it is a pipe or a device; remove it"
      : demand == .ownName && status.st_nlink > 1
        ? "another file name leads to it, too; remove this one" : nil
    if let problem {
      close(descriptor)
      throw FileRefusal(.notRegular, path, problem)
    }
    return descriptor
  }
}
