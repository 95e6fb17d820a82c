import Glibc

/// An open file that any thread reads at any place.
package final class ReadOnlyFile: Sendable {
  package let path: String
  package let byteCount: Int
  private let descriptor: Int32

  package init(_ path: String) throws(DatasetError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { throw .missing(path: path) }
      throw .unreadable(file: path, code: errno)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw .unreadable(file: path, code: code)
    }
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills `bytes` from the place `offset` on.
  package func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(DatasetError)
  {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = pread(descriptor, start + done, bytes.count - done, offset + done)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw .unreadable(file: path, code: errno) }
      guard count > 0 else {
        throw .damaged(
          file: path, reason: "it is truncated: it ends before byte \(offset + bytes.count)")
      }
      done += count
    }
  }

  /// Calls `body` with one piece after the other.
  package func forEachPiece(
    of range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(DatasetError) {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    for start in stride(from: range.lowerBound, to: range.upperBound, by: piece.count) {
      let count = min(piece.count, range.upperBound - start)
      let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<count])
      try read(at: start, into: part)
      body(UnsafeRawBufferPointer(part))
    }
  }

  /// Tells the system that a range will be read soon; it does not wait.
  func prefetch(_ range: Range<Int>) {
    // Advice: nothing is lost where the file system does not take it.
    _ = posix_fadvise(descriptor, range.lowerBound, range.count, POSIX_FADV_WILLNEED)
  }

  /// Lets the system forget what it keeps of the file in memory.
  package func dropFromCache() {
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
  }
}
