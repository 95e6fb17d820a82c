/// The version 1 B-tree: an index of a group's members or of a dataset's chunks (section III.A.1).
///
/// The library trusts a node's level, and that a child's is one less: a circle of nodes would lead
/// it on until the stack ends. Nodes are always stored whole, whatever they use.
struct BTree<Key> {
  /// Keys and children of the leaves, in order.
  private(set) var entries: [(key: Key, child: Int)] = []

  /// The keys between which the entries lie, of all nodes, checked by `read`.
  typealias KeyReader = (inout StructureCursor) throws(StructureFault) -> Key

  private struct Node {
    let address: Int
    let left: Int?
    let right: Int?
  }

  /// - Parameters:
  ///   - address: Address of the root.
  ///   - type: 0 for members of groups, 1 for chunks.
  ///   - rank: Half of what a node holds at most.
  ///   - keyByteCount: Bytes of a key.
  ///   - read: Reads and checks a key.
  init(
    at address: Int, type: Int, rank: Int, keyByteCount: Int, in file: StructureBytes,
    read: KeyReader
  ) throws(StructureFault) {
    let nodeByteCount = 24 + 2 * rank * (8 + keyByteCount) + keyByteCount
    var addresses = [address]
    var level: Int?
    while !addresses.isEmpty {
      var nodes: [Node] = []
      var children: [(key: Key, child: Int)] = []
      for address in addresses {
        var cursor = try file.claim(at: address, count: nodeByteCount, "a B-tree node")
        try cursor.signature("TREE")
        guard try cursor.byte() == type else { throw .damaged("a B-tree node has another type") }
        let found = try cursor.byte()
        guard found == level ?? found else { throw .damaged("a B-tree node has another level") }
        level = found
        let count = try cursor.short()
        guard count <= 2 * rank, count > 0 || (addresses.count == 1 && entries.isEmpty) else {
          throw .damaged("a B-tree node has \(count) entries")
        }
        nodes.append(
          Node(address: address, left: try cursor.address(), right: try cursor.address()))
        for _ in 0..<count {
          let key = try read(&cursor)
          guard let child = try cursor.address() else {
            throw .damaged("a B-tree node has an entry that leads nowhere")
          }
          children.append((key, child))
        }
        if count > 0 { _ = try read(&cursor) }
      }
      try Self.requireSiblings(nodes)
      guard let current = level, current > 0 else {
        entries = children
        return
      }
      level = current - 1
      addresses = children.map(\.child)
    }
  }

  private static func requireSiblings(_ nodes: [Node]) throws(StructureFault) {
    for (index, node) in nodes.enumerated() {
      let left = index > 0 ? nodes[index - 1].address : nil
      let right = index + 1 < nodes.count ? nodes[index + 1].address : nil
      guard node.left == left, node.right == right else {
        throw .damaged("a B-tree node has other neighbours than its tree")
      }
    }
  }
}
