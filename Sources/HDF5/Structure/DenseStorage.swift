/// Where an object keeps links or attributes when it has many: a heap, an index by names and perhaps
/// one by the order in which they were made (sections IV.A.2.c and v).
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
    let heap = try FractalHeap(at: heap, in: file)
    return try objects(
      heap, .linkNames, .linkOrder, at: 4, orderAt: 8, "a link", in: file)
  }

  /// The attribute messages.
  func attributes(in file: StructureBytes) throws(StructureFault) -> [StructureCursor] {
    let heap = try FractalHeap(at: heap, in: file)
    return try objects(
      heap, .attributeNames, .attributeOrder, at: 0, orderAt: 0, "an attribute", in: file)
  }

  private func objects(
    _ heap: FractalHeap, _ kind: RecordTree.Kind, _ orderKind: RecordTree.Kind, at place: Int,
    orderAt orderPlace: Int, _ name: String, in file: StructureBytes
  ) throws(StructureFault) -> [StructureCursor] {
    let count = heap.identifierByteCount
    func identifier(_ record: ArraySlice<UInt8>, _ place: Int) -> ArraySlice<UInt8> {
      record[(record.startIndex + place)...].prefix(count)
    }
    var objects: [StructureCursor] = []
    var identifiers: Set<ArraySlice<UInt8>> = []
    let tree = try RecordTree(at: names, kind, identifierByteCount: count, in: file)
    for record in tree.records {
      let identifier = identifier(record, place)
      guard identifiers.insert(identifier).inserted else {
        throw .damaged("an index leads to \(name) twice")
      }
      // Flags of the message follow the identifier of an attribute.
      let flags = kind == .attributeNames ? record[record.startIndex + count] : 0
      guard flags & 2 == 0 else { throw .newestFormat("shared attributes") }
      objects.append(try heap.object(identifier, name))
    }
    guard let order else { return objects }
    let ordered = try RecordTree(at: order, orderKind, identifierByteCount: count, in: file)
    for record in ordered.records {
      guard identifiers.remove(identifier(record, orderPlace)) != nil else {
        throw .damaged("an index leads to \(name) that the other has not")
      }
    }
    guard identifiers.isEmpty else { throw .damaged("an index lacks \(name)") }
    return objects
  }
}
