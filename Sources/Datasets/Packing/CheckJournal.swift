import Boundary
import Crypto
import Glibc

/// Which pictures earlier runs have read and found good, lest a run that is interrupted check all of
/// them again: hidden files beside the shards, one a rank, removed when packing is done.
///
/// An entry is the record of a picture behind a key of the program's version, the picture's path, size, inode, time of its last
/// change, and the form it is packed in.
public final class CheckJournal {
  /// One picture in the file.
  private struct Entry: BitwiseCopyable {
    let key: UInt64
    let record: PictureRecord
  }

  // Raised when a record, or what is taken for a good picture, changes.
  private static let version = 2

  // An entry is small, and what a run that was killed had not written is soon checked again.
  private static let pendingLimit = 1_000

  private let output, root: String
  private let path: String
  private let storage: PictureStorage
  private var known: [UInt64: PictureRecord] = [:]
  private var pending: [Entry] = []

  /// Reads what earlier runs, of any number of ranks, left.
  ///
  /// - Parameters:
  ///   - output: Folder of the shards; need not exist yet.
  ///   - root: Folder of the pictures.
  ///   - storage: In what form they are packed.
  ///   - rank: Number of this rank, whose file is its own.
  public init(in output: String, root: String, storage: PictureStorage, rank: Int) {
    self.output = output
    self.root = root
    self.storage = storage
    path = "\(output)/.checked-\(rank)"
    for file in Self.files(in: output) {
      guard let file = try? RegularFile(file) else { continue }
      // The last entry may be cut off.
      let size = MemoryLayout<Entry>.stride
      var bytes = [UInt8](repeating: 0, count: file.byteCount / size * size)
      bytes.withUnsafeMutableBytes { bytes in
        guard (try? file.read(at: 0, into: bytes)) != nil else { return }
        for start in stride(from: 0, to: bytes.count, by: size) {
          let entry = bytes.loadUnaligned(fromByteOffset: start, as: Entry.self)
          known[entry.key] = entry.record
        }
      }
    }
  }

  /// The record of a picture that was checked before and has not changed since.
  public func record(of picture: String) -> PictureRecord? {
    known.isEmpty ? nil : key(of: picture).flatMap { known[$0] }
  }

  /// Notes a picture that was found good.
  ///
  /// - Throws: When it cannot be written.
  public func add(_ record: PictureRecord, of picture: String) throws(DatasetError) {
    guard let key = key(of: picture) else { return }
    pending.append(Entry(key: key, record: record))
    if pending.count >= Self.pendingLimit { try write() }
  }

  /// Writes what was noted, for another run.
  ///
  /// - Throws: When it cannot be written.
  public func write() throws(DatasetError) {
    if pending.isEmpty { return }
    try Packer.create(output)
    // A link or a pipe that somebody else put there is not written to.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
    var status = stat()
    var isWritten = descriptor >= 0 && fstat(descriptor, &status) == 0
    if isWritten, status.st_mode & S_IFMT != S_IFREG {
      close(descriptor)
      throw .notWritten(file: path, reason: "it is no file; remove it")
    }
    if isWritten {
      let size = MemoryLayout<Entry>.stride
      let end = Int(status.st_size) / size * size
      isWritten = pending.withUnsafeBytes { bytes in
        pwrite(descriptor, bytes.baseAddress, bytes.count, end) == bytes.count
      }
    }
    let reason = String(cString: strerror(errno))
    if descriptor >= 0 { close(descriptor) }
    guard isWritten else { throw .notWritten(file: path, reason: reason) }
    pending = []
  }

  /// Removes the files of all ranks.
  public static func remove(from output: String) {
    for file in files(in: output) { unlink(file) }
  }

  private static func files(in output: String) -> [String] {
    ShardPath.matches(ShardPath.pattern(".checked-*", in: output))
  }

  private func key(of picture: String) -> UInt64? {
    var status = stat()
    guard stat("\(root)/\(picture)", &status) == 0 else { return nil }
    let side = storage.shorterSide ?? 0
    let change = "\(status.st_ctim.tv_sec) \(status.st_ctim.tv_nsec)"
    let form = "\(ShardFormat.version) \(Self.version) \(side)"
    let text = "\(form) \(status.st_size) \(status.st_ino) \(change) \(picture)"
    return SHA256.hash(data: Array(text.utf8)).withUnsafeBytes {
      $0.loadUnaligned(as: UInt64.self)
    }
  }
}
