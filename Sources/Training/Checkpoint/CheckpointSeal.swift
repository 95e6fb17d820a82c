import Boundary
import Crypto
import Foundation
import HDF5

/// The first 512 bytes of a checkpoint, an HDF5 user block: what the rest of the file is.
///
///     effnet-checkpoint 3
///     bytes 1234567                    length of the file
///     values 204800 1200000            where the values of the tensors begin and end
///     structure …                      SHA-256 of the first line and of all bytes after the first 512
///                                      before and after the values
///
/// with line feeds, and zero bytes up to the end. Later versions keep to this, so that one of them
/// is told from damage. The structure is small beside the values, which have hashes of their own in
/// it: opening a checkpoint checks it before the HDF5 library, which damaged files can crash, gets
/// to see it.
package struct CheckpointSeal: Equatable {
  package static let byteCount = 512
  private static let name = "effnet-checkpoint"
  /// What a file without user block begins with (HDF5 file format specification, section II.A).
  private static let signature = Array(
    "\u{89}HDF\r\n\u{1A}\n".unicodeScalars.map { UInt8($0.value) })

  private let version: Int
  let fileByteCount: Int
  package let values: Range<Int>
  let structure: String

  /// Why a file is not what was written.
  struct Damage: Error {
    let reason: String
    var isOtherVersion = false
  }

  /// Computes the seal of a file whose first bytes do not matter.
  package init(
    of file: RegularFile, values: Range<Int>, _ advance: () -> Void
  ) throws(FileRefusal) {
    version = Checkpoint.version
    fileByteCount = file.byteCount
    self.values = values
    structure = try Self.structure(of: file, version, values, advance)
  }

  /// Reads the seal of a file and checks everything but the values.
  ///
  /// - Returns: Nil for an HDF5 file without seal, such as other programs write.
  /// - Throws: ``Damage``, or a `FileRefusal` where the system does not let it be read.
  package init?(verifying file: RegularFile, _ advance: () -> Void) throws {
    let block = try file.bytes(0..<min(Self.byteCount, file.byteCount))
    if block.starts(with: Self.signature) { return nil }
    guard block.starts(with: Self.name.utf8) else {
      throw Damage(reason: "it is not an HDF5 file, or its first bytes are damaged")
    }
    guard block.count == Self.byteCount else { throw Self.truncation(file, nil) }
    let text = String(decoding: block.prefix { $0 != 0 }, as: UTF8.self)
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard words.count == 9, let version = Int(words[1]), let length = Int(words[3]),
      let start = Int(words[5]), let end = Int(words[6]), Self.byteCount <= start, start <= end,
      end <= length
    else { throw Damage(reason: "its first \(Self.byteCount) bytes are damaged") }
    self.version = version
    fileByteCount = length
    values = start..<end
    structure = words[8]
    guard self.block == block else {
      throw Damage(reason: "its first \(Self.byteCount) bytes are damaged")
    }
    guard length == file.byteCount else { throw Self.truncation(file, length) }
    guard try Self.structure(of: file, version, values, advance) == structure else {
      throw Damage(reason: "its HDF5 structure does not match its checksum")
    }
    guard version == Checkpoint.version else {
      throw Damage(reason: "\(version)", isOtherVersion: true)
    }
  }

  /// Whether a file begins like one with a seal.
  static func begins(_ path: String) -> Bool {
    (try? RegularFile(path).bytes(0..<name.utf8.count)) == Array(name.utf8)
  }

  private static func truncation(_ file: RegularFile, _ length: Int?) -> Damage {
    if let length, length < file.byteCount {
      return Damage(reason: "it has \(file.byteCount) bytes instead of \(length)")
    }
    return Damage(
      reason: "it is truncated: it has \(file.byteCount) "
        + (length.map { "of \($0) bytes" } ?? "bytes"))
  }

  /// The first bytes of the file.
  package var block: [UInt8] {
    let text = """
      \(Self.title(version))
      bytes \(fileByteCount)
      values \(values.lowerBound) \(values.upperBound)
      structure \(structure)

      """
    // A damaged one may claim anything.
    return Array((Array(text.utf8) + [UInt8](repeating: 0, count: byteCount)).prefix(byteCount))
  }

  private var byteCount: Int { Self.byteCount }

  private static func title(_ version: Int) -> String { "\(name) \(version)" }

  /// Seals a finished and closed file.
  ///
  /// - Parameter datasets: The tensors, which were written last.
  static func write(to path: String, tensors datasets: [String], _ advance: () -> Void) throws {
    var places: [Range<Int>] = []
    do {
      let file = try HDF5File(reading: path)
      for dataset in datasets { places.append(try file.placement(of: dataset)) }
    }
    let start = places.map(\.lowerBound).min() ?? byteCount
    let end = places.map(\.upperBound).max() ?? start
    let seal = try CheckpointSeal(of: RegularFile(path), values: start..<end, advance)
    // Whether it is on the disk is asked when the file gets its name.
    do throws(FileRefusal) { try WrittenFile.overwrite(path, at: 0, with: seal.block) } catch {
      throw TrainingError(.output, error.reason)
    }
  }

  private static func structure(
    of file: RegularFile, _ version: Int, _ values: Range<Int>, _ advance: () -> Void
  ) throws(FileRefusal) -> String {
    var hash = SHA256()
    hash.update(data: Data(title(version).utf8))
    for range in [byteCount..<values.lowerBound, values.upperBound..<file.byteCount] {
      try file.forEachPiece(of: range) {
        hash.update(bufferPointer: $0)
        advance()
      }
    }
    return hash.finalize().hexadecimal
  }
}
