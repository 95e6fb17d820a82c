/// The cyclic redundancy check of Castagnoli, as RFC 3720 (iSCSI) defines it.
package enum CRC32C {
  // The polynomial 0x1EDC6F41, its bits in reverse order.
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value >> 1 ^ (value & 1) * 0x82F6_3B78 }
  }

  /// The check of some bytes.
  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { value, byte in
      value >> 8 ^ table[Int(truncatingIfNeeded: (value ^ UInt32(byte)) & 255)]
    }
  }

  /// As TFRecord stores it: a check of data with their own check in them would prove little.
  package static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let value = checksum(bytes)
    return (value >> 15 | value << 17) &+ 0xA282_EAD8
  }
}
