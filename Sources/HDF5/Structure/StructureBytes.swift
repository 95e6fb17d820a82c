import Boundary

/// A file's bytes, read in pieces of which some are kept; each belongs to one structure at most.
final class StructureBytes {
  /// Most of what is read lies close together; a piece is what a disk or a network file system
  /// gives at about the price of one byte.
  private static let pieceByteCount = 1 << 15
  private static let pieceLimit = 8

  private let file: RegularFile
  /// Place of the superblock, from which addresses count.
  private(set) var base = 0
  /// End of the file by its own account, counted from the base.
  private(set) var end: Int
  private var pieces: [(number: Int, bytes: [UInt8])] = []
  private var claimed: [Range<Int>] = []
  private var claimedByteCount = 0

  init(_ file: RegularFile) {
    self.file = file
    end = file.byteCount
  }

  /// Length of the file.
  var fileByteCount: Int { file.byteCount }

  /// Has addresses count from `base` up to `end`, counted from there.
  func settle(base: Int, end: Int) {
    self.base = base
    self.end = end
  }

  /// Bytes at an address.
  func read(
    at address: Int, count: Int, _ name: String
  ) throws(StructureFault) -> ArraySlice<UInt8> {
    guard address >= 0, count >= 0, address <= end, count <= end - address else {
      throw .damaged("\(name) at byte \(address) lies beyond the end of the file")
    }
    let start = base + address
    let first = start / Self.pieceByteCount
    if count == 0 { return [] }
    guard (start + count - 1) / Self.pieceByteCount == first else {
      return try load(start..<start + count)[...]
    }
    let offset = start - first * Self.pieceByteCount
    // A copy: names and messages are kept, and each would keep its whole piece.
    return Array(try piece(first)[offset..<offset + count])[...]
  }

  /// Bytes at an address that belong to nothing else.
  func claim(
    at address: Int, count: Int, _ name: String
  ) throws(StructureFault) -> StructureCursor {
    let bytes = try read(at: address, count: count, name)
    try reserve(at: address, count: count, name)
    return StructureCursor(bytes, name)
  }

  /// Notes that bytes belong to something; they are not read.
  func reserve(at address: Int, count: Int, _ name: String) throws(StructureFault) {
    guard address >= 0, count >= 0, address <= end, count <= end - address else {
      throw .damaged("\(name) at byte \(address) lies beyond the end of the file")
    }
    if count == 0 { return }
    claimedByteCount += count
    // Bounds the walk, too: no structure is visited twice.
    guard claimedByteCount <= end else {
      throw .damaged("\(name) at byte \(address) shares bytes with other structures")
    }
    claimed.append(address..<address + count)
  }

  /// Requires that no byte was claimed twice.
  func requireDisjointClaims() throws(StructureFault) {
    claimed.sort { $0.lowerBound < $1.lowerBound }
    for (range, next) in zip(claimed, claimed.dropFirst())
    where next.lowerBound < range.upperBound {
      throw .damaged("two structures share byte \(next.lowerBound)")
    }
    claimed = []
  }

  private func piece(_ number: Int) throws(StructureFault) -> [UInt8] {
    if let index = pieces.lastIndex(where: { $0.number == number }) {
      if index < pieces.count - 1 { pieces.append(pieces.remove(at: index)) }
      return pieces[pieces.count - 1].bytes
    }
    let start = number * Self.pieceByteCount
    let bytes = try load(start..<min(start + Self.pieceByteCount, file.byteCount))
    if pieces.count == Self.pieceLimit { pieces.removeFirst() }
    pieces.append((number, bytes))
    return bytes
  }

  private func load(_ range: Range<Int>) throws(StructureFault) -> [UInt8] {
    do throws(FileRefusal) {
      return try file.bytes(range)
    } catch {
      throw .unreadable(error.reason)
    }
  }
}
