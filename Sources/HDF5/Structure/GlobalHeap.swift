/// A collection of values of variable length (section III.E).
struct GlobalHeap {
  /// Bytes of the objects by their numbers.
  private var sizes: [Int: Int] = [:]

  init(at address: Int, in file: StructureBytes) throws(StructureFault) {
    var prefix = StructureCursor(
      try file.read(at: address, count: 16, "a global heap"), "a global heap")
    try prefix.signature("GCOL")
    guard try prefix.byte() == 1 else { throw .damaged("a global heap has an unknown version") }
    try prefix.skip(3)
    // The library refuses smaller ones.
    let count = try prefix.length()
    guard count >= 4_096 else { throw .damaged("a global heap has \(count) bytes") }
    var cursor = try file.claim(at: address, count: count, "a global heap")
    try cursor.skip(16)
    while cursor.count >= 16 {
      let index = try cursor.short()
      try cursor.skip(6)
      let size = try cursor.length()
      if index == 0 {
        guard size >= 16, size - 16 == cursor.count else {
          throw .damaged("a global heap's free space is not its rest")
        }
        return
      }
      guard size <= cursor.count, sizes.updateValue(size, forKey: index) == nil else {
        throw .damaged("a global heap's object \(index) is there twice or too large")
      }
      try cursor.skip(size)
      try cursor.align()
    }
  }

  /// Uses an object up, which must be of exactly this size: the library copies all of it to where
  /// it has room for what the reference says. A second reference to it would be a second copy in
  /// memory, and thousands of them are more than any machine has.
  mutating func take(_ index: Int, byteCount: Int) throws(StructureFault) {
    guard sizes.removeValue(forKey: index) == byteCount else {
      throw .damaged("a value of variable length is stored twice or has other bytes than it says")
    }
  }
}
