/// Visits all objects of a file from its root group on, each once, whatever number of names it has:
/// a group may be a member of itself, or of one below.
struct StructureWalk {
  private let file: StructureBytes
  private let superblock: Superblock
  private var ahead: [Step]
  private var visited: [Int: Role] = [:]
  private var globalHeaps: [Int: GlobalHeap] = [:]
  /// Datatypes that are objects, read where they are used or found.
  private var committedTypes: [Int: (header: ObjectHeader, type: StoredType)] = [:]
  /// The object that is visited.
  private(set) var path = ObjectPath()
  /// The datasets by their object headers, with what is compressed of them.
  private(set) var datasets: [Int: CompressedChunks?] = [:]

  /// How deep groups lie in groups, by the names that they are found by.
  private static let depthLimit = 64

  /// An object to visit.
  private struct Step {
    let path: ObjectPath
    let header: Int
    let table: SymbolTable?
    var isRoot = false
  }

  /// What an object is.
  private enum Role: Equatable {
    case group(SymbolTable?)
    case dataset
    case datatype
  }

  init(_ superblock: Superblock, in file: StructureBytes) {
    self.file = file
    self.superblock = superblock
    ahead = [
      Step(path: path, header: superblock.root, table: superblock.rootTable, isRoot: true)
    ]
  }

  /// Visits all of them.
  mutating func run() throws(StructureFault) {
    while let step = ahead.popLast() {
      path = step.path
      let known = visited[step.header]
      let role = if let known { known } else { try visit(step) }
      if case .group(let table) = role {
        // A group that was made over in the newer way, for a name that is not ASCII, leaves a table
        // behind where it was entered; the library does not read it.
        guard step.table == nil || table == nil || step.table == table else {
          throw .damaged("its entry and its header tell different symbol tables")
        }
      } else {
        guard step.table == nil, !step.isRoot else { throw .damaged("it is no group") }
      }
    }
    path = ObjectPath()
    try file.requireDisjointClaims()
  }

  private mutating func visit(_ step: Step) throws(StructureFault) -> Role {
    let header =
      if let known = committedTypes[step.header] {
        known.header
      } else {
        try ObjectHeader(at: step.header, in: file)
      }
    let messages = try Self.sorted(header.messages)
    for (kind, message) in messages where message.isShared && kind != .datatype {
      throw .newestFormat("shared messages")
    }
    try requireHarmless(messages)
    try visitAttributes(header, messages[.attributeInfo])
    let role = try role(messages)
    visited[step.header] = role
    let links = header.messages.filter { $0.kind == .link }
    switch role {
    case .group(let table):
      let members =
        if let table {
          try GroupMember.members(of: table, superblock: superblock, in: file)
        } else {
          try GroupMember.members(ofLinks: linkBodies(links, messages[.linkInfo]))
        }
      guard members.isEmpty || step.path.depth < Self.depthLimit else {
        throw .unsupported("it lies deeper in groups than \(Self.depthLimit) of them")
      }
      guard table == nil || links.isEmpty else { throw .damaged("it is a group of two kinds") }
      for member in members.reversed() {
        ahead.append(
          Step(
            path: ObjectPath(member.name, in: step.path), header: member.header,
            table: member.table))
      }
    case .dataset, .datatype:
      guard links.isEmpty else { throw .damaged("it has links and is no group") }
      if role == .dataset {
        datasets[step.header] = .some(try visitDataset(messages))
      } else {
        committedTypes[step.header] = (header, try Self.type(messages[.datatype]))
      }
    }
    return role
  }

  private func linkBodies(
    _ links: [HeaderMessage], _ info: HeaderMessage?
  ) throws(StructureFault) -> [StructureCursor] {
    guard !links.contains(where: \.isShared) else { throw .newestFormat("shared links") }
    guard let dense = try dense(info, orderByteCount: 8) else { return links.map(\.body) }
    guard links.isEmpty else { throw .damaged("it has links in two places") }
    return try dense.links(in: file)
  }

  /// The messages of which an object has one.
  private static func sorted(
    _ messages: [HeaderMessage]
  ) throws(StructureFault) -> [HeaderMessage.Kind: HeaderMessage] {
    var single: [HeaderMessage.Kind: HeaderMessage] = [:]
    for message in messages where message.isSingle {
      guard single.updateValue(message, forKey: message.kind) == nil else {
        throw .damaged("it has two messages of the kind \(message.kind)")
      }
    }
    return single
  }

  private func role(
    _ messages: [HeaderMessage.Kind: HeaderMessage]
  ) throws(StructureFault) -> Role {
    let isDataset = messages[.dataspace] != nil || messages[.layout] != nil
    if let message = messages[.symbolTable] {
      guard !isDataset, messages[.datatype] == nil, messages[.linkInfo] == nil else {
        throw .damaged("it is both a group and a dataset")
      }
      var body = message.body
      return .group(try SymbolTable(&body))
    }
    if messages[.linkInfo] != nil {
      guard !isDataset, messages[.datatype] == nil else {
        throw .damaged("it is both a group and a dataset")
      }
      return .group(nil)
    }
    guard messages[.datatype] != nil else { throw .damaged("it is nothing that is known") }
    guard isDataset else { return .datatype }
    return .dataset
  }

  /// Refuses what leads out of the file or to structures that are not walked, and checks what the
  /// library reads of the rest.
  private func requireHarmless(
    _ messages: [HeaderMessage.Kind: HeaderMessage]
  ) throws(StructureFault) {
    for (kind, message) in messages {
      var body = message.body
      switch kind {
      case .externalFiles:
        throw .unsupported(
          "its values are in other files; write it anew with them: h5repack -l CONTI IN OUT")
      case .groupInfo:
        guard try body.byte() == 0 else { throw .damaged("a group has an unknown version") }
        let flags = try body.byte()
        guard flags <= 3 else { throw .damaged("a group has unknown flags") }
        try body.skip(flags.nonzeroBitCount * 4)
      case .comment: _ = try body.text()
      case .oldModificationTime:
        guard try body.take(14).allSatisfy({ (0x30...0x39).contains($0) }) else {
          throw .damaged("its modification time is no number")
        }
      case .modificationTime:
        guard try body.byte() == 1 else { throw .damaged("its modification time is unknown") }
        try body.skip(7)
      case .referenceCount:
        guard try body.byte() == 0, try body.word() > 0 else {
          throw .damaged("its number of names is unknown")
        }
      case .sharedMessageTable, .treeRanks, .driverInfo, .fileSpaceInfo:
        throw .damaged("it has a message that only a superblock has")
      default: break
      }
    }
  }

  /// Where links or attributes are kept that the header has no room for.
  private func dense(
    _ message: HeaderMessage?, orderByteCount: Int
  ) throws(StructureFault) -> DenseStorage? {
    guard var body = message?.body else { return nil }
    guard try body.byte() == 0 else {
      throw .damaged("its links or attributes have an unknown version")
    }
    let flags = try body.byte()
    guard flags <= 3 else { throw .damaged("its links or attributes have unknown flags") }
    if flags & 1 != 0 { try body.skip(orderByteCount) }
    return try DenseStorage(&body, hasOrder: flags & 2 != 0)
  }

  private mutating func visitAttributes(
    _ header: ObjectHeader, _ info: HeaderMessage?
  ) throws(StructureFault) {
    let inHeader = header.messages.filter { $0.kind == .attribute }
    guard !inHeader.contains(where: \.isShared) else { throw .newestFormat("shared attributes") }
    var bodies = inHeader.map(\.body)
    if let dense = try dense(info, orderByteCount: 2) {
      guard bodies.isEmpty else { throw .damaged("it has attributes in two places") }
      bodies = try dense.attributes(in: file)
    }
    var names: Set<ArraySlice<UInt8>> = []
    for body in bodies {
      let attribute = try StoredAttribute(body) { (place) throws(StructureFault) in
        try committedType(place)
      }
      do throws(StructureFault) {
        guard names.insert(attribute.name).inserted else { throw .damaged("it is there twice") }
        if attribute.element.kind == .variableString { try visitStrings(attribute) }
      } catch {
        throw error.of("@" + String(decoding: attribute.name, as: UTF8.self))
      }
    }
  }

  private mutating func visitStrings(_ attribute: StoredAttribute) throws(StructureFault) {
    var values = attribute.values
    for _ in 0..<attribute.extents.count { try visitString(&values) }
  }

  private mutating func visitString(_ values: inout StructureCursor) throws(StructureFault) {
    let count = try values.word()
    let address = try values.address()
    let index = try values.word()
    // Address 0 is the superblock's: a string that was never written.
    guard let address, address != 0 else {
      guard count == 0 else { throw .damaged("a string of variable length leads nowhere") }
      return
    }
    if globalHeaps[address] == nil {
      globalHeaps[address] = try GlobalHeap(at: address, in: file)
    }
    try globalHeaps[address]?.take(index, byteCount: count)
  }

  private mutating func visitDataset(
    _ messages: [HeaderMessage.Kind: HeaderMessage]
  ) throws(StructureFault) -> CompressedChunks? {
    guard let type = messages[.datatype], let space = messages[.dataspace],
      let layout = messages[.layout]
    else { throw .damaged("a dataset has no type, shape or place") }
    var body = type.body
    let element = type.isShared ? try committedType(body) : try StoredType(&body)
    var extents = space.body
    try visitFillValue(messages, element)
    let pipeline: FilterPipeline? =
      if let filters = messages[.filterPipeline] { try FilterPipeline(filters.body) } else { nil }
    return try DataLayout(extents: StoredExtents(&extents), element: element, pipeline: pipeline)
      .walk(layout.body, chunkRank: superblock.chunkRank, in: file)
  }

  /// The library makes what a dataset's fill value leads to ready for memory as soon as it is asked
  /// how the dataset was created: all of it, into room for as much as the fill value says.
  private mutating func visitFillValue(
    _ messages: [HeaderMessage.Kind: HeaderMessage], _ element: StoredType
  ) throws(StructureFault) {
    let old = try messages[.oldFillValue].map { (message) throws(StructureFault) in
      try StoredFillValue(old: message.body, element: element).bytes
    }
    let new = try messages[.fillValue].map { (message) throws(StructureFault) in
      try StoredFillValue(message.body, element: element).bytes
    }
    guard element.leadsElsewhere else { return }
    if let old, let new, !old.isEmpty, old != new {
      throw .damaged("its two fill values are not the same")
    }
    guard let bytes = [new, old].lazy.compactMap({ $0 }).first(where: { !$0.isEmpty }) else {
      return
    }
    if element.kind == .variableString {
      var value = StructureCursor(bytes, "a fill value")
      try visitString(&value)
    } else if bytes.contains(where: { $0 != 0 }) {
      throw .unsupported(
        "its fill value leads to values elsewhere, which this program does not follow; "
          + "write it anew without a fill value")
    }
  }

  /// The datatype to which a shared message leads (section IV.A.1, "Shared Message").
  private mutating func committedType(
    _ message: StructureCursor
  ) throws(StructureFault) -> StoredType {
    var cursor = message
    let version = try cursor.byte()
    let kind = try cursor.byte()
    switch (version, kind) {
    // Before version 3 there were no others, and the type was written in several ways.
    case (1, _): try cursor.skip(14)
    case (2, _), (3, 2): break
    case (3, 1): throw .newestFormat("shared messages")
    default: throw .damaged("a shared message has version \(version) and type \(kind)")
    }
    guard let address = try cursor.address() else { throw .damaged("a datatype leads nowhere") }
    if let known = committedTypes[address] { return known.type }
    guard visited[address] == nil || visited[address] == .datatype else {
      throw .damaged("a datatype is another object")
    }
    let header = try ObjectHeader(at: address, in: file)
    let type = try Self.type(Self.sorted(header.messages)[.datatype])
    committedTypes[address] = (header, type)
    ahead.append(Step(path: path, header: address, table: nil))
    return type
  }

  private static func type(_ message: HeaderMessage?) throws(StructureFault) -> StoredType {
    guard var body = message?.body, message?.isShared == false else {
      throw .damaged("a datatype is another object")
    }
    return try StoredType(&body)
  }
}
