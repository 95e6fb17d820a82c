import Boundary
import Crypto
import Glibc

/// Which pictures earlier runs have read and found good, lest a run that is interrupted check all
/// of them again: hidden files beside the shards, one a rank, removed when packing is done.
///
/// An entry is the record of a picture behind a key of the program's version, the picture's path,
/// size, inode, time of its last change, and the form it is packed in.
public final class CheckJournal {
  /// One picture in the file.
  private struct Entry: BitwiseCopyable {
    let key: UInt64
    let record: PictureRecord
  }

  private static let stride = MemoryLayout<Entry>.stride

  // Raised when a record, or what is taken for a good picture, changes.
  private static let version = 2

  // An entry is small, and what a run that was killed had not written is soon checked again.
  private static let pendingLimit = 1_000

  // Names of files in the output folder.
  private static let prefix = ".checked-"

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
  ///   - pictureCount: How many pictures there are, of which many may have changed since. What is
  ///     behind twice as many entries is not read: somebody else may have left it there.
  public init(
    in output: String, root: String, storage: PictureStorage, rank: Int, pictureCount: Int
  ) {
    self.output = output
    self.root = root
    self.storage = storage
    path = "\(output)/\(Self.prefix)\(rank)"
    var entryLimit = 2 * pictureCount
    for path in Self.files(in: output) {
      guard let file = try? RegularFile(path) else { continue }
      entryLimit -= read(file, limit: entryLimit)
    }
  }

  /// Takes the first entries of a file, as far as it can be read, and returns how many.
  private func read(_ file: RegularFile, limit: Int) -> Int {
    // The last entry may be cut off.
    let count = min(limit, file.byteCount / Self.stride)
    for start in Swift.stride(from: 0, to: count, by: Self.pendingLimit) {
      let part = start..<min(start + Self.pendingLimit, count)
      let range = part.lowerBound * Self.stride..<part.upperBound * Self.stride
      guard let bytes = try? file.bytes(range) else { break }
      bytes.withUnsafeBytes { bytes in
        for place in Swift.stride(from: 0, to: bytes.count, by: Self.stride) {
          let entry = bytes.loadUnaligned(fromByteOffset: place, as: Entry.self)
          known[entry.key] = entry.record
        }
      }
    }
    return count
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
    do throws(FileRefusal) {
      let descriptor = try WrittenFile.open(path, O_RDWR, .ownName)
      defer { close(descriptor) }
      var status = stat()
      let size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
      try pending.withUnsafeBufferPointer { (entries) throws(FileRefusal) in
        try WrittenFile.write(
          UnsafeRawBufferPointer(entries), to: descriptor,
          at: size / Self.stride * Self.stride, of: path)
      }
    } catch { throw .notWritten(file: path, reason: error.reason) }
    pending = []
  }

  /// Removes the files of all ranks.
  public static func remove(from output: String) {
    for file in files(in: output) { unlink(file) }
  }

  private static func files(in output: String) -> [String] {
    ShardPath.matches(ShardPath.pattern("\(prefix)*", in: output)).filter {
      Int($0.dropFirst(output.count + 1 + prefix.count)) != nil
    }
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
