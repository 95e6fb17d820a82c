/// All messages of an object, from its header and the blocks that continue it (section IV.A.1).
///
/// Both versions are taken. Messages fill their block exactly, and a header of version 1 has as
/// many of them as it says.
struct ObjectHeader {
  private(set) var messages: [HeaderMessage] = []
  private var hasCreationOrder = false

  /// What begins a block and what ends it: a signature and a checksum in version 2.
  private enum Form {
    case first
    case second
  }

  init(at address: Int, in file: StructureBytes) throws(StructureFault) {
    // The shortest header of version 2 with its checksum has less than a prefix of version 1.
    var start = StructureCursor(
      try file.read(at: address, count: 7, "an object header"), "an object header")
    if try start.byte() == 1 {
      try readFirst(at: address, in: file)
    } else {
      try readSecond(at: address, in: file)
    }
  }

  private mutating func readFirst(
    at address: Int, in file: StructureBytes
  ) throws(StructureFault) {
    var prefix = try file.claim(at: address, count: 16, "an object header")
    try prefix.skip(2)
    let messageCount = try prefix.short()
    try prefix.skip(4)
    let count = try prefix.word()
    let seen = try readBlocks(
      first: file.claim(at: address + 16, count: count, "an object header"), .first, in: file)
    guard seen == messageCount else {
      throw .damaged("an object header has \(seen) messages, not \(messageCount)")
    }
  }

  private mutating func readSecond(
    at address: Int, in file: StructureBytes
  ) throws(StructureFault) {
    let limit = min(36, file.end - address)
    var prefix = StructureCursor(
      try file.read(at: address, count: limit, "an object header"), "an object header")
    try prefix.signature("OHDR")
    guard try prefix.byte() == 2 else { throw .damaged("an object header has an unknown version") }
    let flags = try prefix.byte()
    guard flags & 0xC0 == 0 else { throw .damaged("an object header has unknown flags") }
    hasCreationOrder = flags & 4 != 0
    if flags & 0x20 != 0 { try prefix.skip(16) }
    if flags & 0x10 != 0 { try prefix.skip(4) }
    guard let count = Int(exactly: try prefix.number(bytes: 1 << (flags & 3))),
      count <= file.end - prefix.offset - 4
    else { throw .damaged("an object header is larger than the file") }
    var block = try file.claim(
      at: address, count: prefix.offset + count + 4, "an object header")
    try block.skip(prefix.offset)
    let messages = try block.part(count, "an object header")
    try block.checksum()
    _ = try readBlocks(first: messages, .second, in: file)
  }

  /// - Returns: How many messages there are, empty ones included.
  private mutating func readBlocks(
    first: StructureCursor, _ form: Form, in file: StructureBytes
  ) throws(StructureFault) -> Int {
    var seen = 0
    var blocks = [first]
    while var block = blocks.popLast() {
      while block.count >= headerByteCount(form) {
        let message = try message(&block, form)
        seen += 1
        switch message.kind {
        case .nothing: break
        case .continuation: blocks.append(try continuation(message, form, in: file))
        default: messages.append(message)
        }
      }
      guard form == .second || block.count == 0 else {
        throw .damaged("messages do not fill their object header")
      }
    }
    return seen
  }

  private func headerByteCount(_ form: Form) -> Int {
    form == .first ? 8 : hasCreationOrder ? 6 : 4
  }

  private func message(
    _ block: inout StructureCursor, _ form: Form
  ) throws(StructureFault) -> HeaderMessage {
    let number = form == .first ? try block.short() : try block.byte()
    let count = try block.short()
    let flags = try block.byte()
    if form == .first { try block.skip(3) } else if hasCreationOrder { try block.skip(2) }
    guard form == .second || count % 8 == 0 else {
      throw .damaged("a message of \(count) bytes is not aligned")
    }
    let body = try block.part(count, "a message of type \(number)")
    guard let kind = HeaderMessage.Kind(rawValue: number) else {
      throw .damaged("an object header has a message of type \(number)")
    }
    return HeaderMessage(kind: kind, isShared: flags & 2 != 0, body: body)
  }

  private func continuation(
    _ message: HeaderMessage, _ form: Form, in file: StructureBytes
  ) throws(StructureFault) -> StructureCursor {
    var body = message.body
    guard !message.isShared, let address = try body.address() else {
      throw .damaged("an object header's continuation leads nowhere")
    }
    let count = try body.length()
    var block = try file.claim(at: address, count: count, "an object header's continuation")
    if form == .first { return block }
    try block.signature("OCHK")
    let messages = try block.part(count - 8, "an object header's continuation")
    try block.checksum()
    return messages
  }
}
