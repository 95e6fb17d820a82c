/// Bob Jenkins' hash function lookup3, the checksum of what HDF5 1.8 and later write.
package enum Lookup3 {
  private typealias State = (a: UInt32, b: UInt32, c: UInt32)

  /// The checksum of bytes.
  package static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBytes { checksum($0) }
  }

  private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let start = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count)
    var state: State = (start, start, start)
    var place = 0
    while bytes.count - place > 12 {
      state.a &+= UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
      state.b &+= UInt32(
        littleEndian: bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self))
      state.c &+= UInt32(
        littleEndian: bytes.loadUnaligned(fromByteOffset: place + 8, as: UInt32.self))
      mix(&state)
      place += 12
    }
    guard place < bytes.count else { return state.c }
    for (index, byte) in bytes[place...].enumerated() {
      let value = UInt32(byte) << UInt32(8 * (index % 4))
      switch index / 4 {
      case 0: state.a &+= value
      case 1: state.b &+= value
      default: state.c &+= value
      }
    }
    finish(&state)
    return state.c
  }

  private static func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 {
    value << count | value >> (32 - count)
  }

  private static func mix(_ state: inout State) {
    half(&state, 4, 6, 8)
    half(&state, 16, 19, 4)
  }

  private static func half(
    _ state: inout State, _ first: UInt32, _ second: UInt32, _ third: UInt32
  ) {
    state.a = (state.a &- state.c) ^ rotate(state.c, first)
    state.c &+= state.b
    state.b = (state.b &- state.a) ^ rotate(state.a, second)
    state.a &+= state.c
    state.c = (state.c &- state.b) ^ rotate(state.b, third)
    state.b &+= state.a
  }

  private static func finish(_ state: inout State) {
    state.c = (state.c ^ state.b) &- rotate(state.b, 14)
    state.a = (state.a ^ state.c) &- rotate(state.c, 11)
    state.b = (state.b ^ state.a) &- rotate(state.a, 25)
    state.c = (state.c ^ state.b) &- rotate(state.b, 16)
    state.a = (state.a ^ state.c) &- rotate(state.c, 4)
    state.b = (state.b ^ state.a) &- rotate(state.a, 14)
    state.c = (state.c ^ state.b) &- rotate(state.b, 24)
  }
}
