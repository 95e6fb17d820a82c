import Boundary

/// The version 2 B-tree: an index of records of one length (section III.A.2).
struct RecordTree {
  /// What records are, by their number in the file.
  enum Kind: Int {
    case linkNames = 5
    case linkOrder = 6
    case attributeNames = 8
    case attributeOrder = 9
    case chunks = 10
    case filteredChunks = 11
  }

  /// All records, in their order.
  private(set) var records: [ArraySlice<UInt8>] = []

  private let kind: Kind
  /// Bytes of a node.
  let nodeByteCount: Int
  private let recordByteCount: Int
  /// For nodes by their height: most records, and bytes of a pointer to one of the height below.
  private var limits: [(records: Int, pointerByteCount: Int)] = []
  private var countByteCount = 0

  /// What a node has beside records and pointers: signature, version, type and checksum.
  private static let frameByteCount = 10
  private static let depthLimit = 16

  init(
    at address: Int, _ kind: Kind, recordByteCount expected: Int, in file: StructureBytes
  ) throws(StructureFault) {
    self.kind = kind
    var cursor = try file.claim(at: address, count: 38, "a B-tree")
    try cursor.signature("BTHD")
    guard try cursor.byte() == 0, try cursor.byte() == kind.rawValue else {
      throw .damaged("a B-tree is of another kind")
    }
    nodeByteCount = try cursor.word()
    recordByteCount = try cursor.short()
    let depth = try cursor.short()
    let shares = (split: try cursor.byte(), merge: try cursor.byte())
    let root = try cursor.address()
    let count = try cursor.short()
    let total = try cursor.length()
    try cursor.checksum()
    // The library follows what an empty tree says of its root.
    guard recordByteCount == expected, root != nil || count == 0,
      depth <= Self.depthLimit, (64...1 << 20).contains(nodeByteCount),
      (1...100).contains(shares.split), (1..<100).contains(shares.merge)
    else { throw .damaged("a B-tree has sizes that there are not") }
    try setLimits(depth: depth)
    if let root {
      try read(at: root, height: depth, count: count, in: file)
    }
    guard records.count == total else {
      throw .damaged("a B-tree has \(records.count) records, not \(total)")
    }
  }

  private mutating func setLimits(depth: Int) throws(StructureFault) {
    func width(_ number: Int) -> Int { (63 - number.leadingZeroBitCount) / 8 + 1 }
    let leaf = (nodeByteCount - Self.frameByteCount) / recordByteCount
    guard leaf > 0 else { throw .damaged("a B-tree's nodes hold no record") }
    limits = [(leaf, 0)]
    countByteCount = width(leaf)
    var below = leaf
    for height in 0..<depth {
      let pointer = 8 + countByteCount + (height == 0 ? 0 : width(below))
      let records = (nodeByteCount - Self.frameByteCount - pointer) / (recordByteCount + pointer)
      guard records > 0 else { throw .damaged("a B-tree's nodes hold no record") }
      limits.append((records, pointer))
      below = below.saturatingProduct(records + 1).saturatingSum(records)
    }
  }

  private mutating func read(
    at address: Int, height: Int, count: Int, in file: StructureBytes
  ) throws(StructureFault) {
    var cursor = try file.claim(at: address, count: nodeByteCount, "a B-tree node")
    try cursor.signature(height == 0 ? "BTLF" : "BTIN")
    guard try cursor.byte() == 0, try cursor.byte() == kind.rawValue, count > 0,
      count <= limits[height].records
    else { throw .damaged("a B-tree node is of another kind or has \(count) records") }
    var own: [ArraySlice<UInt8>] = []
    for _ in 0..<count { own.append(try cursor.take(recordByteCount)) }
    guard height > 0 else {
      try cursor.checksum()
      records += own
      return
    }
    var pointers = cursor
    try cursor.skip((count + 1) * limits[height].pointerByteCount)
    try cursor.checksum()
    for index in 0...count {
      let child = try pointers.address()
      let childCount = Int(try pointers.number(bytes: countByteCount))
      let before = records.count
      // Without a total where the children are leaves.
      let totalByteCount = limits[height].pointerByteCount - 8 - countByteCount
      let total = Int(exactly: try pointers.number(bytes: totalByteCount))
      guard let child else { throw .damaged("a B-tree node leads nowhere") }
      try read(at: child, height: height - 1, count: childCount, in: file)
      guard totalByteCount == 0 || total == records.count - before else {
        throw .damaged("a B-tree node has other records below than it says")
      }
      if index < count { records.append(own[index]) }
    }
  }
}
