import Boundary

/// The type of the values of a dataset or an attribute (section IV.A.2.d, the datatype message).
///
/// All classes but times, which no machine converts, are taken in versions 1 to 3, which the
/// library knows; bits lie within the value's bytes, members within the compound's.
struct StoredType {
  /// What is told apart here.
  enum Kind {
    case number, string, variableString, other
  }

  let kind: Kind
  /// Bytes of one value.
  let byteCount: Int
  /// Whether a value, or a part of it, is the place of something else: of variable length, or a
  /// reference.
  let leadsElsewhere: Bool

  /// How deep types are made of others; the library follows them by recursion.
  private static let depthLimit = 8
  /// Widest number of any machine.
  private static let numberByteLimit = 16

  init(_ cursor: inout StructureCursor, depth: Int = 0) throws(StructureFault) {
    guard depth < Self.depthLimit else { throw .damaged("a datatype is nested too deeply") }
    let first = try cursor.byte()
    let version = first >> 4
    let flags = Int(try cursor.number(bytes: 3))
    byteCount = try cursor.word()
    guard (1...3).contains(version) else {
      throw version == 4 || version == 5
        ? .newestFormat("datatypes of version \(version)")
        : .damaged("a datatype has version \(version)")
    }
    guard byteCount > 0 else { throw .damaged("a datatype has no bytes") }
    let part = Part(version: version, flags: flags, byteCount: byteCount, depth: depth)
    let typeClass = first & 0xF
    var partsLeadElsewhere = false
    switch typeClass {
    case 0, 4: kind = try part.readInteger(&cursor)
    case 1: kind = try part.readFloat(&cursor)
    case 3:
      guard flags & 0xF <= 2, flags >> 4 <= 1 else {
        throw .damaged("a string has an unknown padding or character set")
      }
      kind = .string
    case 5:
      try cursor.skip(flags & 0xFF)
      kind = .other
    case 6: (kind, partsLeadElsewhere) = try part.readCompound(&cursor)
    case 7:
      guard flags == 0 && byteCount == 8 || flags == 1 && byteCount == 12 else {
        throw .damaged("a reference has \(byteCount) bytes")
      }
      kind = .other
    case 8: kind = try part.readEnumeration(&cursor)
    case 9: kind = try part.readVariable(&cursor)
    case 10: (kind, partsLeadElsewhere) = try part.readArray(&cursor)
    case 2: throw .unsupported("it has values of the class time, which only few machines know")
    default: throw .damaged("a datatype has class \(typeClass)")
    }
    leadsElsewhere = [7, 9].contains(typeClass) || partsLeadElsewhere
  }

  /// What all classes begin with.
  private struct Part {
    let version: Int
    let flags: Int
    let byteCount: Int
    let depth: Int

    /// Which of the value's bits count.
    func readBits(_ cursor: inout StructureCursor) throws(StructureFault) -> Int {
      let offset = try cursor.short()
      let precision = try cursor.short()
      guard byteCount <= numberByteLimit, precision > 0, offset + precision <= 8 * byteCount else {
        throw .damaged("a number of \(byteCount) bytes has \(precision) bits from \(offset) on")
      }
      return precision
    }

    func readInteger(_ cursor: inout StructureCursor) throws(StructureFault) -> Kind {
      guard flags & ~0xF == 0 else { throw .damaged("an integer has unknown flags") }
      _ = try readBits(&cursor)
      return .number
    }

    func readFloat(_ cursor: inout StructureCursor) throws(StructureFault) -> Kind {
      guard flags & 0x40 == 0 else { throw .unsupported("it has numbers in the order of a VAX") }
      let precision = try readBits(&cursor)
      let sign = flags >> 8 & 0xFF
      let exponent = try cursor.byte()
      let exponentCount = try cursor.byte()
      let mantissa = try cursor.byte()
      let mantissaCount = try cursor.byte()
      try cursor.skip(4)
      let exponents = exponent..<exponent + exponentCount
      let mantissas = mantissa..<mantissa + mantissaCount
      // An exponent is computed with in 64 bits.
      guard flags >> 16 == 0, flags & 0x80 == 0, flags >> 4 & 3 <= 2, sign < precision,
        (1...32).contains(exponents.count), !mantissas.isEmpty,
        exponents.upperBound <= precision, mantissas.upperBound <= precision,
        !exponents.overlaps(mantissas), !exponents.contains(sign), !mantissas.contains(sign)
      else { throw .damaged("the parts of a floating-point number overlap or lie outside") }
      return .number
    }

    /// A name, filled up to eight bytes before version 3.
    func readName(_ cursor: inout StructureCursor) throws(StructureFault) {
      let count = try cursor.text().count + 1
      if version < 3 { try cursor.skip((8 - count % 8) % 8) }
    }

    func readCompound(
      _ cursor: inout StructureCursor
    ) throws(StructureFault) -> (Kind, leadsElsewhere: Bool) {
      var members: [Range<Int>] = []
      var leadsElsewhere = false
      let count = flags & 0xFFFF
      guard count > 0, flags >> 16 == 0 else { throw .damaged("a compound has no members") }
      // As many bytes as the compound's length needs.
      let offsetByteCount = (byteCount.bitWidth - byteCount.leadingZeroBitCount + 7) / 8
      for _ in 0..<count {
        try readName(&cursor)
        let offset = Int(try cursor.number(bytes: version < 3 ? 4 : offsetByteCount))
        if version == 1 {
          guard try cursor.byte() == 0 else {
            throw .unsupported(
              "it has a compound of HDF5 1.3; write it anew with h5repack")
          }
          try cursor.skip(27)
        }
        let member = try StoredType(&cursor, depth: depth + 1)
        guard member.byteCount <= byteCount, offset <= byteCount - member.byteCount else {
          throw .damaged("a member lies outside its compound")
        }
        members.append(offset..<offset + member.byteCount)
        leadsElsewhere = leadsElsewhere || member.leadsElsewhere
      }
      members.sort { $0.lowerBound < $1.lowerBound }
      guard !zip(members, members.dropFirst()).contains(where: { $0.overlaps($1) }) else {
        throw .damaged("members of a compound share bytes")
      }
      return (.other, leadsElsewhere)
    }

    func readEnumeration(_ cursor: inout StructureCursor) throws(StructureFault) -> Kind {
      guard (cursor.peek ?? 0) & 0xF == 0 else { throw .damaged("an enumeration has no integers") }
      let base = try StoredType(&cursor, depth: depth + 1)
      let count = flags & 0xFFFF
      guard base.byteCount == byteCount, count > 0, flags >> 16 == 0 else {
        throw .damaged("an enumeration has other bytes than its integers")
      }
      for _ in 0..<count { try readName(&cursor) }
      try cursor.skip(count * base.byteCount)
      return .other
    }

    /// A length, an address and an index; the values themselves are in a global heap.
    func readVariable(_ cursor: inout StructureCursor) throws(StructureFault) -> Kind {
      let isString = flags & 0xF == 1
      guard flags & 0xF <= 1, flags >> 4 & 0xF <= 2, flags >> 8 <= 1, byteCount == 16 else {
        throw .damaged("a type of variable length is not as it is stored")
      }
      let base = try StoredType(&cursor, depth: depth + 1)
      guard isString else { return .other }
      guard base.byteCount == 1, base.kind == .string || base.kind == .number else {
        throw .damaged("a string of variable length has no characters")
      }
      return .variableString
    }

    func readArray(
      _ cursor: inout StructureCursor
    ) throws(StructureFault) -> (Kind, leadsElsewhere: Bool) {
      let rank = try cursor.byte()
      guard version > 1, (1...StoredExtents.rankLimit).contains(rank), flags == 0 else {
        throw .damaged("an array has \(rank) axes")
      }
      if version == 2 { try cursor.skip(3) }
      var extents: [Int] = []
      for _ in 0..<rank { extents.append(try cursor.word()) }
      if version == 2 { try cursor.skip(4 * rank) }
      let base = try StoredType(&cursor, depth: depth + 1)
      guard (extents + [base.byteCount]).boundedProduct == byteCount else {
        throw .damaged("an array has other bytes than its elements")
      }
      return (.other, base.leadsElsewhere)
    }
  }
}
