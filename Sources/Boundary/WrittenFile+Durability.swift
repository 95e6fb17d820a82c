import Glibc

extension WrittenFile {
  /// Replaces all that a file has, durably.
  ///
  /// Whoever looks, even after a power cut, finds what was there before or all of the new bytes.
  ///
  /// - Throws: As ``open(_:_:_:folderIsReal:)``; when the disk is full.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(FileRefusal) {
    let partial = path + ".partial"
    let descriptor = try open(partial, O_WRONLY, .ownName)
    do {
      defer { close(descriptor) }
      guard ftruncate(descriptor, 0) == 0 else { throw FileRefusal(systemCode: errno, partial) }
      try bytes.withUnsafeBufferPointer { (bytes) throws(FileRefusal) in
        try write(UnsafeRawBufferPointer(bytes), to: descriptor, at: 0, of: partial)
      }
    }
    try publish(partial, as: path)
  }

  /// Cuts a file off behind some of its bytes, durably.
  ///
  /// - Throws: As ``open(_:_:_:folderIsReal:)``.
  public static func cut(_ path: String, to byteCount: Int) throws(FileRefusal) {
    let descriptor = try open(path, O_WRONLY, .present)
    defer { close(descriptor) }
    guard ftruncate(descriptor, off_t(byteCount)) == 0, fsync(descriptor) == 0 else {
      throw FileRefusal(systemCode: errno, path)
    }
  }

  /// Gives a finished and closed file its final name, durably.
  ///
  /// - Parameters:
  ///   - partial: Path of the finished file, in the same folder.
  ///   - path: Its final path; a file of that name is replaced.
  /// - Throws: When the file cannot be brought to the disk or renamed.
  public static func publish(_ partial: String, as path: String) throws(FileRefusal) {
    try synchronize(partial)
    guard rename(partial, path) == 0 else { throw FileRefusal(systemCode: errno, partial) }
    let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    try synchronize(end.map { String(path[...$0]) } ?? ".")
  }

  /// Waits until a file, or the entries of a folder, are on the disk.
  ///
  /// - Throws: When they cannot be brought there.
  public static func synchronize(_ path: String) throws(FileRefusal) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileRefusal(systemCode: errno, path) }
    let code = fsync(descriptor)
    let refusal = FileRefusal(systemCode: errno, path)
    // Closing what was only read loses nothing.
    close(descriptor)
    if code != 0 { throw refusal }
  }
}
