import Glibc

/// A file of an earlier run that would be taken for this run's.
package enum Leftover {
  /// Removes it, if it is there.
  ///
  /// - Throws: When it is there and stays.
  package static func remove(_ path: String) throws(TrainingError) {
    guard unlink(path) != 0 else { return }
    let code = errno
    // Not by the code alone: where nothing can be written, that precedes the search for the file.
    guard access(path, F_OK) == 0 else { return }
    throw TrainingError(
      .output,
      "\(path) of an earlier run cannot be removed: \(String(cString: strerror(code))); remove it, "
        + "or choose another --output")
  }
}
