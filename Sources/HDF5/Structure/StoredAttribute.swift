/// A named value of an object (section IV.A.2.m).
struct StoredAttribute {
  let name: ArraySlice<UInt8>
  let element: StoredType
  let extents: StoredExtents
  /// The values as they are stored.
  let values: StructureCursor

  /// - Parameter committedType: Finds a datatype that is kept as an object of its own.
  init(
    _ message: StructureCursor,
    committedType: (StructureCursor) throws(StructureFault) -> StoredType
  ) throws(StructureFault) {
    var cursor = message
    let version = try cursor.byte()
    guard (1...3).contains(version) else { throw .damaged("an attribute has version \(version)") }
    let flags = try cursor.byte()
    let nameCount = try cursor.short()
    let typeCount = try cursor.short()
    let extentsCount = try cursor.short()
    if version == 3, try cursor.byte() > 1 {
      throw .damaged("an attribute has an unknown character set")
    }
    func padded(_ count: Int) -> Int { version == 1 ? (count + 7) & ~7 : count }
    let stored = try cursor.take(padded(nameCount)).prefix(nameCount)
    // The library reads up to the zero byte.
    guard let end = stored.firstIndex(of: 0), end > stored.startIndex, end == stored.endIndex - 1
    else { throw .damaged("an attribute has no proper name") }
    name = stored[..<end]
    do throws(StructureFault) {
      var type = try cursor.part(padded(typeCount), "an attribute's datatype")
      var space = try cursor.part(padded(extentsCount), "an attribute's dataspace")
      // Bit 1 would share the dataspace; version 1 has no flags.
      guard version == 1 || flags <= 1 else {
        throw .newestFormat("shared dataspaces")
      }
      element =
        version > 1 && flags & 1 != 0 ? try committedType(type) : try StoredType(&type)
      extents = try StoredExtents(&space)
      values = try cursor.part(extents.byteCount(of: element), "an attribute's value")
    } catch {
      throw error.of("@" + String(decoding: name, as: UTF8.self))
    }
  }
}
