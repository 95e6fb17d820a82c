import Boundary
import Crypto
import HDF5

/// The first 512 bytes of a shard: what all its other bytes are.
///
///     effnet-shard 2
///     bytes 1234567                    length of the file
///     images 2048 1200000              where the images begin and end
///     sha256 …                         of all bytes after the first 512
///     others …                         SHA-256 of those that are not images
///
/// with line feeds, and zero bytes up to the end. The rest of a shard is small beside its images,
/// so opening one checks it, before the HDF5 library, which damaged files can crash, gets to see
/// it.
package struct ShardSeal: Equatable {
  package static let byteCount = 512
  private static let firstLine = "\(ShardFormat.name) \(ShardFormat.version)"

  let fileByteCount: Int
  package let images: Range<Int>
  let sha256, others: String

  /// Computes the seal of a file whose first 512 bytes do not matter.
  package init(of file: RegularFile, images: Range<Int>) throws(DatasetError) {
    let (head, tail) = Self.others(images, fileByteCount: file.byteCount)
    var all = SHA256()
    var others = SHA256()
    for (range, isImages) in [(head, false), (images, true), (tail, false)] {
      try DatasetError.opening(
        file.forEachPiece(of: range) { piece in
          all.update(bufferPointer: piece)
          if !isImages { others.update(bufferPointer: piece) }
        })
    }
    fileByteCount = file.byteCount
    self.images = images
    sha256 = all.finalize().hexadecimal
    self.others = others.finalize().hexadecimal
  }

  /// Reads the seal of a file, or returns `nil` where it does not begin like a sealed one.
  ///
  /// - Throws: When the seal is damaged or the file has another length.
  package init?(readFrom file: RegularFile) throws(DatasetError) {
    let block = try DatasetError.opening(file.bytes(0..<min(Self.byteCount, file.byteCount)))
    guard block.starts(with: Self.firstLine.utf8) else { return nil }
    let text = String(decoding: block.prefix { $0 != 0 }, as: UTF8.self)
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard words.count == 11, let length = Int(words[3]), let start = Int(words[5]),
      let end = Int(words[6]), Self.byteCount <= start, start <= end, end <= length,
      [words[8], words[10]].allSatisfy({ $0.utf8.count == 64 && $0.allSatisfy(\.isHexDigit) })
    else {
      throw .damaged(file: file.path, reason: "its first \(Self.byteCount) bytes are damaged")
    }
    fileByteCount = length
    images = start..<end
    sha256 = words[8]
    others = words[10]
    guard self.block == block else {
      throw .damaged(file: file.path, reason: "its first \(Self.byteCount) bytes are damaged")
    }
    guard length == file.byteCount else {
      throw .damaged(
        file: file.path,
        reason: length > file.byteCount
          ? "it is truncated: it has \(file.byteCount) of \(length) bytes"
          : "it has \(file.byteCount) bytes instead of \(length)")
    }
  }

  /// The first bytes of the file.
  package var block: [UInt8] {
    let text = """
      \(Self.firstLine)
      bytes \(fileByteCount)
      images \(images.lowerBound) \(images.upperBound)
      sha256 \(sha256)
      others \(others)

      """
    return Array(text.utf8) + [UInt8](repeating: 0, count: Self.byteCount - text.utf8.count)
  }

  /// Checks everything but the images.
  func requireOthers(of file: RegularFile) throws(DatasetError) {
    let (head, tail) = Self.others(images, fileByteCount: fileByteCount)
    var hash = SHA256()
    for range in [head, tail] {
      try DatasetError.opening(file.forEachPiece(of: range) { hash.update(bufferPointer: $0) })
    }
    guard hash.finalize().hexadecimal == others else {
      throw .checksumMismatch(file: file.path, image: nil, source: nil)
    }
  }

  /// Seals a shard: writes its first bytes anew.
  package static func write(to path: String) throws(DatasetError) {
    let file = try DatasetError.reading(HDF5File(reading: path))
    let images = try DatasetError.reading(
      file.placement(of: file.exists("images") ? "images" : "bytes"))
    let seal = try ShardSeal(of: DatasetError.opening(RegularFile(path)), images: images)
    // Whether it is on the disk is asked when the file gets its name.
    do throws(FileRefusal) { try WrittenFile.overwrite(path, at: 0, with: seal.block) } catch {
      throw .notWritten(file: path, reason: error.reason)
    }
  }

  private static func others(
    _ images: Range<Int>, fileByteCount: Int
  ) -> (Range<Int>, Range<Int>) {
    (byteCount..<images.lowerBound, images.upperBound..<fileByteCount)
  }
}
