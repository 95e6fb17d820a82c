/// A member of a group of the classic format (section III.C).
struct SymbolEntry {
  static let byteCount = 40

  /// Where its name begins in the group's local heap.
  let nameOffset: Int
  /// The address of its object header.
  let header: Int
  /// A copy of the member's own symbol table message, where it is a group.
  let table: SymbolTable?

  init(_ cursor: inout StructureCursor) throws(StructureFault) {
    nameOffset = try cursor.length()
    let header = try cursor.address()
    let kind = try cursor.word()
    try cursor.skip(4)
    var scratch = try cursor.part(16, "a symbol table entry")
    switch kind {
    case 0: table = nil
    case 1: table = try SymbolTable(&scratch)
    case 2:
      throw .unsupported(
        "it is a soft link, which this program does not follow; write it anew with the data itself")
    default: throw .damaged("a symbol table entry has kind \(kind)")
    }
    guard let header else { throw .damaged("a symbol table entry leads nowhere") }
    self.header = header
  }
}
