/// The value of what is not written (sections IV.A.2.e and f): of no bytes, or of one value's.
struct StoredFillValue {
  /// The value as it is stored; empty where there is none.
  private(set) var bytes: ArraySlice<UInt8> = []

  /// Reads the message of HDF5 1.4 and before, which newer libraries still write beside the other.
  init(old message: StructureCursor, element: StoredType) throws(StructureFault) {
    var cursor = message
    try readValue(&cursor, element)
  }

  init(_ message: StructureCursor, element: StoredType) throws(StructureFault) {
    var cursor = message
    let version = try cursor.byte()
    let allocation: Int
    let writing: Int
    let hasValue: Bool
    switch version {
    case 1, 2:
      allocation = try cursor.byte()
      writing = try cursor.byte()
      let isDefined = try cursor.byte()
      guard isDefined <= 1 else { throw .damaged("a fill value has unknown flags") }
      hasValue = version == 1 || isDefined == 1
    case 3:
      let flags = try cursor.byte()
      guard flags & 0xC0 == 0, flags & 0x30 != 0x30 else {
        throw .damaged("a fill value has unknown flags")
      }
      (allocation, writing, hasValue) = (flags & 3, flags >> 2 & 3, flags & 0x20 != 0)
    default: throw .damaged("a fill value has version \(version)")
    }
    guard allocation <= 3, writing <= 2 else { throw .damaged("a fill value has unknown flags") }
    if hasValue { try readValue(&cursor, element) }
  }

  private mutating func readValue(
    _ cursor: inout StructureCursor, _ element: StoredType
  ) throws(StructureFault) {
    let count = try cursor.word()
    guard count == 0 || count == element.byteCount else {
      throw .damaged("a fill value has \(count) bytes, a value \(element.byteCount)")
    }
    bytes = try cursor.take(count)
  }
}
