/// Reads little-endian numbers one after the other, and nothing beyond the last byte.
struct StructureCursor {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  /// What the bytes are, for the message that tells where they end too early.
  private let name: String

  /// An address or a length with all bits set: there is none.
  static let undefined = UInt64.max

  init(_ bytes: ArraySlice<UInt8>, _ name: String) {
    self.bytes = bytes
    self.name = name
    position = bytes.startIndex
  }

  /// Bytes from the first to the next.
  var offset: Int { position - bytes.startIndex }
  /// Bytes that are left.
  var count: Int { bytes.endIndex - position }
  /// The next byte, which stays.
  var peek: UInt8? { count > 0 ? bytes[position] : nil }

  /// The next bytes.
  mutating func take(_ count: Int) throws(StructureFault) -> ArraySlice<UInt8> {
    guard count >= 0, count <= self.count else { throw .damaged("\(name) ends too early") }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// The next bytes as a cursor of their own.
  mutating func part(_ count: Int, _ name: String) throws(StructureFault) -> StructureCursor {
    StructureCursor(try take(count), name)
  }

  mutating func skip(_ count: Int) throws(StructureFault) { _ = try take(count) }

  /// Goes on at the next multiple of eight bytes from the first.
  mutating func align() throws(StructureFault) { try skip((8 - offset % 8) % 8) }

  /// A number of up to eight bytes.
  mutating func number(bytes count: Int) throws(StructureFault) -> UInt64 {
    var number: UInt64 = 0
    for (index, byte) in try take(min(count, 8)).enumerated() {
      number |= UInt64(byte) << UInt64(8 * index)
    }
    return number
  }

  mutating func byte() throws(StructureFault) -> Int { Int(try number(bytes: 1)) }
  mutating func short() throws(StructureFault) -> Int { Int(try number(bytes: 2)) }
  mutating func word() throws(StructureFault) -> Int { Int(try number(bytes: 4)) }

  /// A length of eight bytes, as far as an `Int` goes.
  mutating func length() throws(StructureFault) -> Int {
    let length = try number(bytes: 8)
    guard let length = Int(exactly: length) else {
      throw .damaged("\(name) has a length of \(length)")
    }
    return length
  }

  /// An address, counted from the superblock; `nil` where it is undefined.
  mutating func address() throws(StructureFault) -> Int? {
    let address = try number(bytes: 8)
    if address == Self.undefined { return nil }
    guard let address = Int(exactly: address) else {
      throw .damaged("\(name) has an address of \(address)")
    }
    return address
  }

  /// Requires the four letters that a structure begins with.
  mutating func signature(_ letters: StaticString) throws(StructureFault) {
    let found = try take(letters.utf8CodeUnitCount)
    let isSame = letters.withUTF8Buffer { found.elementsEqual($0) }
    guard isSame else { throw .damaged("\(name) has no signature \(letters)") }
  }

  /// Requires that the next four bytes are the checksum of all before them.
  ///
  /// The library compares, too, and is not always itself again when it finds another one.
  mutating func checksum() throws(StructureFault) {
    let sum = Lookup3.checksum(bytes[..<position])
    guard try word() == Int(sum) else { throw .damaged("\(name) has another checksum") }
  }

  /// Requires that the next four bytes are the checksum of all others, and of zeros in their place.
  mutating func checksumWithin() throws(StructureFault) {
    var whole = bytes
    let place = position
    let stored = try word()
    for index in place..<position { whole[index] = 0 }
    guard stored == Int(Lookup3.checksum(whole)) else {
      throw .damaged("\(name) has another checksum")
    }
  }

  /// A text up to a zero byte, which is read, too.
  mutating func text() throws(StructureFault) -> ArraySlice<UInt8> {
    guard let end = bytes[position...].firstIndex(of: 0) else {
      throw .damaged("\(name) has a name without end")
    }
    defer { position = end + 1 }
    return bytes[position..<end]
  }
}
