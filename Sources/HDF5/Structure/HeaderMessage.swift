/// One message of an object header (section IV.A.2).
struct HeaderMessage {
  /// What a message says, by its number in the file.
  enum Kind: Int {
    case nothing = 0x00
    case dataspace = 0x01
    case linkInfo = 0x02
    case datatype = 0x03
    case oldFillValue = 0x04
    case fillValue = 0x05
    case link = 0x06
    case externalFiles = 0x07
    case layout = 0x08
    case groupInfo = 0x0A
    case filterPipeline = 0x0B
    case attribute = 0x0C
    case comment = 0x0D
    case oldModificationTime = 0x0E
    case sharedMessageTable = 0x0F
    case continuation = 0x10
    case symbolTable = 0x11
    case modificationTime = 0x12
    case treeRanks = 0x13
    case driverInfo = 0x14
    case attributeInfo = 0x15
    case referenceCount = 0x16
    case fileSpaceInfo = 0x17
  }

  let kind: Kind
  /// Whether the body is kept in another object, to which the message leads.
  let isShared: Bool
  /// The message without its header.
  let body: StructureCursor

  /// Whether an object has at most one of this kind.
  var isSingle: Bool {
    switch kind {
    case .nothing, .link, .attribute, .continuation: false
    default: true
    }
  }
}
