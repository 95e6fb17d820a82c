import Glibc

/// An open regular file that any thread reads at any place: the door for all files that come from
/// outside.
///
/// Whatever else lies at a path is refused when it is opened, without waiting for it: a pipe that
/// nobody writes to, a device without end, a folder.
public final class RegularFile: Sendable {
  private let opened: OpenedPath

  /// Path that the file was opened with.
  public var path: String { opened.path }
  /// Its length when it was opened.
  public var byteCount: Int { opened.byteCount }
  /// The system's number of the open file, valid as long as this object lives.
  public var descriptor: Int32 { opened.descriptor }

  /// Opens a file for reading.
  ///
  /// - Throws: When it is missing, is no regular file, or may not be read.
  public init(_ path: String) throws(FileRefusal) {
    opened = try OpenedPath(path)
    try opened.require(pipesToo: false)
  }

  /// A path by which this process, and nobody else, opens the same file again whatever lies at
  /// ``path`` by then.
  public var ownPath: String { Self.ownPath(descriptor) }

  /// The same for a file that is open otherwise.
  public static func ownPath(_ descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

  /// Fills `bytes` from the place `offset` on.
  ///
  /// - Throws: When the system fails, or the file ends before.
  public func read(
    at offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(FileRefusal) {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = pread(descriptor, start + done, bytes.count - done, offset + done)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw FileRefusal(systemCode: errno, path) }
      guard count > 0 else {
        throw FileRefusal(
          .cutOff, path, "it is truncated: it ends before byte \(offset + bytes.count)")
      }
      done += count
    }
  }

  /// Its bytes in a range.
  ///
  /// - Throws: As ``read(at:into:)``.
  public func bytes(_ range: Range<Int>) throws(FileRefusal) -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= byteCount else {
      throw FileRefusal(
        .cutOff, path, "it is truncated: it ends before byte \(range.upperBound)")
    }
    var bytes = [UInt8](repeating: 0, count: range.count)
    try bytes.withUnsafeMutableBufferPointer { (room) throws(FileRefusal) in
      try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(room))
    }
    return bytes
  }

  /// All its bytes.
  ///
  /// - Parameter limit: Most bytes that what it is taken for can have.
  /// - Throws: When it has more; as ``read(at:into:)``.
  public func contents(limit: Int) throws(FileRefusal) -> [UInt8] {
    try requireAtMost(limit)
    return try bytes(0..<byteCount)
  }

  /// Refuses a file with more bytes than what it is taken for can have.
  public func requireAtMost(_ limit: Int) throws(FileRefusal) {
    guard byteCount <= limit else {
      throw FileRefusal(
        .tooLarge, path, "it has \(byteCount) bytes, more than the \(limit) that are taken")
    }
  }

  /// Calls `body` with one piece after the other.
  ///
  /// - Throws: As ``read(at:into:)``.
  public func forEachPiece(
    of range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(FileRefusal) {
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
  public func prefetch(_ range: Range<Int>) {
    // Advice: nothing is lost where the file system does not take it.
    _ = posix_fadvise(descriptor, range.lowerBound, range.count, POSIX_FADV_WILLNEED)
  }

  /// Lets the system forget what it keeps of the file in memory.
  public func dropFromCache() {
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
  }
}
