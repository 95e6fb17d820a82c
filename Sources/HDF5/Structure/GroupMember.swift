/// A name in a group, and the object header that it leads to.
struct GroupMember {
  let name: ArraySlice<UInt8>
  let header: Int
  /// What the group repeats of the member's own symbol table.
  var table: SymbolTable?

  /// Members of a group of the classic format: a B-tree of symbol nodes (sections III.B and III.C),
  /// whose names ascend, as the library's search relies on.
  static func members(
    of table: SymbolTable, superblock: Superblock, in file: StructureBytes
  ) throws(StructureFault) -> [GroupMember] {
    var heap = try LocalHeap(at: table.heap, in: file)
    let namesEnd = heap.namesEnd
    let tree = try BTree<Void>(
      at: table.tree, type: 0, rank: superblock.groupRank, keyByteCount: 8, in: file
    ) { (cursor) throws(StructureFault) in
      guard try cursor.length() < namesEnd else { throw .damaged("a name lies outside its heap") }
    }
    var members: [GroupMember] = []
    for (_, address) in tree.entries {
      var cursor = try file.claim(
        at: address, count: 8 + 2 * superblock.leafRank * SymbolEntry.byteCount, "a symbol node")
      try cursor.signature("SNOD")
      guard try cursor.byte() == 1 else { throw .damaged("a symbol node has an unknown version") }
      try cursor.skip(1)
      let count = try cursor.short()
      guard count > 0, count <= 2 * superblock.leafRank else {
        throw .damaged("a symbol node has \(count) entries")
      }
      for _ in 0..<count {
        let member = try member(SymbolEntry.init, &cursor, &heap)
        guard members.last.map({ $0.name.lexicographicallyPrecedes(member.name) }) ?? true else {
          throw .damaged("a group's members are not in order")
        }
        members.append(member)
      }
    }
    return members
  }

  private static func member(
    _ read: (inout StructureCursor) throws(StructureFault) -> SymbolEntry,
    _ cursor: inout StructureCursor, _ heap: inout LocalHeap
  ) throws(StructureFault) -> GroupMember {
    var name = cursor
    let nameOffset = try name.length()
    let bytes = try heap.takeName(at: nameOffset)
    try requireName(bytes)
    do throws(StructureFault) {
      let entry = try read(&cursor)
      return GroupMember(name: bytes, header: entry.header, table: entry.table)
    } catch {
      throw error.of("/" + String(decoding: bytes, as: UTF8.self))
    }
  }

  /// What can be a step of a path.
  static func requireName(_ name: ArraySlice<UInt8>) throws(StructureFault) {
    guard !name.isEmpty, !name.contains(UInt8(ascii: "/")), !name.contains(0),
      !name.elementsEqual([UInt8(ascii: ".")])
    else { throw .damaged("a group has a member without a proper name") }
  }
}
