/// The names of a group's members (section III.D).
///
/// The library follows the list of free blocks when it reads a heap, for ever where it is a circle:
/// here it is followed as far as the heap has room for blocks.
struct LocalHeap {
  private let bytes: ArraySlice<UInt8>
  /// Bytes of names that were not taken yet.
  private var remainder: Int

  init(at address: Int, in file: StructureBytes) throws(StructureFault) {
    var cursor = try file.claim(at: address, count: 32, "a local heap")
    try cursor.signature("HEAP")
    guard try cursor.byte() == 0 else { throw .damaged("a local heap has an unknown version") }
    try cursor.skip(3)
    let count = try cursor.length()
    var next = try cursor.address()
    guard count > 0, let segment = try cursor.address() else {
      throw .damaged("a local heap has no data")
    }
    let data = try file.claim(at: segment, count: count, "a local heap's data")
    var whole = data
    bytes = try whole.take(count)
    remainder = count
    // 1 is the library's sign for the end of the list; the specification has the undefined address.
    var seen = 0
    while let offset = next, offset != 1 {
      seen += 1
      guard offset <= count - 16, offset % 8 == 0, seen <= count / 16 else {
        throw .damaged("a local heap's free list leads out of it or in a circle")
      }
      var block = data
      try block.skip(offset)
      next = try block.address()
      let size = try block.length()
      guard size >= 16, size <= count - offset else {
        throw .damaged("a free block is larger than its local heap")
      }
    }
  }

  /// Takes the name of a member, which begins at an offset.
  ///
  /// Names that share bytes would be all the ends of a long one, thousands of megabytes in a small
  /// file.
  mutating func takeName(at offset: Int) throws(StructureFault) -> ArraySlice<UInt8> {
    guard offset >= 0, offset < bytes.count else { throw .damaged("a name lies outside its heap") }
    let start = bytes.startIndex + offset
    guard let end = bytes[start...].prefix(remainder).firstIndex(of: 0) else {
      throw .damaged("a name has no end, or shares bytes with others")
    }
    remainder -= end + 1 - start
    return bytes[start..<end]
  }

  /// The offset behind the last byte at which a name ends; 0 where none does.
  var namesEnd: Int { bytes.lastIndex(of: 0).map { $0 + 1 - bytes.startIndex } ?? 0 }
}
