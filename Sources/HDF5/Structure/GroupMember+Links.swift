extension GroupMember {
  /// Members of a group that keeps its links as messages (section IV.A.2.g).
  ///
  /// Hard links are taken. All others lead to a path or a file, which whoever wrote the file chose.
  static func members(ofLinks links: [StructureCursor]) throws(StructureFault) -> [GroupMember] {
    var members: [GroupMember] = []
    var names: Set<ArraySlice<UInt8>> = []
    for message in links {
      let member = try GroupMember(link: message)
      guard names.insert(member.name).inserted else {
        throw .damaged("a group has two members of one name")
      }
      members.append(member)
    }
    return members
  }

  private init(link message: StructureCursor) throws(StructureFault) {
    var cursor = message
    guard try cursor.byte() == 1 else { throw .damaged("a link has an unknown version") }
    let flags = try cursor.byte()
    guard flags & 0xE0 == 0 else { throw .damaged("a link has unknown flags") }
    let type = flags & 8 != 0 ? try cursor.byte() : 0
    if flags & 4 != 0 { try cursor.skip(8) }
    if flags & 0x10 != 0, try cursor.byte() > 1 {
      throw .damaged("a link has an unknown character set")
    }
    guard let count = Int(exactly: try cursor.number(bytes: 1 << (flags & 3))) else {
      throw .damaged("a link's name has no end")
    }
    let name = try cursor.take(count)
    try Self.requireName(name)
    let kind: String? =
      switch type {
      case 0: nil
      case 1: "a soft link"
      case 64: "an external link"
      default: "a link of type \(type)"
      }
    if let kind {
      throw .unsupported(
        "it is \(kind), which this program does not follow; write it anew with the data itself"
      ).of("/" + String(decoding: name, as: UTF8.self))
    }
    guard let header = try cursor.address() else { throw .damaged("a link leads nowhere") }
    (self.name, self.header) = (name, header)
  }
}
