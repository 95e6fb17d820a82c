/// Where an object keeps links or attributes when it has many: a heap, an index by names and
/// perhaps one by the order in which they were made (sections IV.A.2.c and v).
struct DenseStorage {
  private let heap: Int
  private let names: Int
  private let order: Int?

  /// Reads the addresses at the end of a link info or attribute info message.
  ///
  /// - Returns: `nil` where there is none, as the object's header has them.
  init?(_ cursor: inout StructureCursor, hasOrder: Bool) throws(StructureFault) {
    let heap = try cursor.address()
    let names = try cursor.address()
    order = hasOrder ? try cursor.address() : nil
    guard let heap, let names, !hasOrder || order != nil else {
      guard heap == nil, names == nil, order == nil else {
        throw .damaged("links or attributes lack a heap or an index")
      }
      return nil
    }
    (self.heap, self.names) = (heap, names)
  }

  /// The link messages.
  func links(in file: StructureBytes) throws(StructureFault) -> [StructureCursor] {
    try objects(.linkNames, .linkOrder, "a link", in: file)
  }

  /// The attribute messages.
  func attributes(in file: StructureBytes) throws(StructureFault) -> [StructureCursor] {
    try objects(.attributeNames, .attributeOrder, "an attribute", in: file)
  }

  /// What the records of an index are.
  private struct Index {
    let kind: RecordTree.Kind
    /// Where the identifier of the object in the heap begins.
    let place: Int
    /// Bytes beside the identifier.
    let otherByteCount: Int

    static let linkNames = Index(kind: .linkNames, place: 4, otherByteCount: 4)
    static let linkOrder = Index(kind: .linkOrder, place: 8, otherByteCount: 8)
    static let attributeNames = Index(kind: .attributeNames, place: 0, otherByteCount: 9)
    static let attributeOrder = Index(kind: .attributeOrder, place: 0, otherByteCount: 5)
  }

  private func objects(
    _ byName: Index, _ byOrder: Index, _ name: String, in file: StructureBytes
  ) throws(StructureFault) -> [StructureCursor] {
    var heap = try FractalHeap(at: heap, in: file)
    let count = heap.identifierByteCount
    func records(
      _ address: Int, _ index: Index
    ) throws(StructureFault) -> [ArraySlice<UInt8>] {
      try RecordTree(
        at: address, index.kind, recordByteCount: count + index.otherByteCount, in: file
      ).records
    }
    func identifier(_ record: ArraySlice<UInt8>, _ index: Index) -> ArraySlice<UInt8> {
      record[(record.startIndex + index.place)...].prefix(count)
    }
    var objects: [StructureCursor] = []
    var identifiers: Set<ArraySlice<UInt8>> = []
    for record in try records(names, byName) {
      let identifier = identifier(record, byName)
      guard identifiers.insert(identifier).inserted else {
        throw .damaged("an index leads to \(name) twice")
      }
      // Flags of the message follow the identifier of an attribute.
      let flags = byName.kind == .attributeNames ? record[record.startIndex + count] : 0
      guard flags & 2 == 0 else { throw .newestFormat("shared attributes") }
      objects.append(try heap.take(identifier, name))
    }
    guard let order else { return objects }
    for record in try records(order, byOrder) {
      guard identifiers.remove(identifier(record, byOrder)) != nil else {
        throw .damaged("an index leads to \(name) that the other has not")
      }
    }
    guard identifiers.isEmpty else { throw .damaged("an index lacks \(name)") }
    return objects
  }
}
