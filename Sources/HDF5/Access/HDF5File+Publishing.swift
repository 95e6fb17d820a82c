import Glibc

extension HDF5File {
  /// Gives a finished and closed file its final name, durably.
  ///
  /// Whoever looks, even after a power cut, finds what was there before or the whole new file.
  ///
  /// - Parameters:
  ///   - partial: Path of the finished file, in the same folder.
  ///   - path: Its final path; a file of that name is replaced.
  /// - Throws: When the file cannot be brought to the disk or renamed.
  public static func publish(_ partial: String, as path: String) throws(HDF5Error) {
    try synchronize(partial)
    guard rename(partial, path) == 0 else {
      throw systemError("rename", partial)
    }
    let end = path.lastIndex(of: "/")
    try synchronize(end.map { String(path[...$0]) } ?? ".")
  }

  /// Waits until a file, or the entries of a folder, are on the disk.
  ///
  /// - Throws: When they cannot be brought there.
  public static func synchronize(_ path: String) throws(HDF5Error) {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw systemError("open", path) }
    let code = fsync(descriptor)
    let failure = systemError("write", path)
    // Closing what was only read loses nothing.
    _ = Glibc.close(descriptor)
    if code != 0 { throw failure }
  }

  private static func systemError(_ operation: String, _ path: String) -> HDF5Error {
    HDF5Operation(name: operation, file: path).error(.library, String(cString: strerror(errno)))
  }
}
