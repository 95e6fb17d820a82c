/// Where a group of the classic format keeps its members: the addresses of a B-tree and of the
/// local heap with their names (section IV.A.2.r).
struct SymbolTable: Equatable {
  let tree: Int
  let heap: Int

  init(_ cursor: inout StructureCursor) throws(StructureFault) {
    guard let tree = try cursor.address(), let heap = try cursor.address() else {
      throw .damaged("a group has no B-tree or heap")
    }
    (self.tree, self.heap) = (tree, heap)
  }
}
