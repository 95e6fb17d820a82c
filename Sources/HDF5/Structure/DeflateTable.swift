/// What the next bits of a deflate block stand for: as many bytes as are whole in them, and the copy
/// behind those.
struct DeflateTable {
  /// What some bits stand for.
  struct Entry {
    private let packed: UInt32

    /// Bits of the words.
    var bitCount: Int { Int(packed & 0xFF) }
    /// Bits behind the word of a copy, by which it is longer.
    var furtherBitCount: Int { Int(packed >> 8 & 0xFF) }
    /// Bytes, with those of the shortest copy.
    var byteCount: Int { Int(packed >> 16 & 0x7FFF) }
    /// Whether a copy is the end of it.
    var isCopy: Bool { packed >> 31 == 1 }
    /// Whether it is anything else: the end of the block, a longer word, or none.
    var isOther: Bool { packed == 0 }

    fileprivate static let other = Entry(packed: 0)

    private init(packed: UInt32) { self.packed = packed }

    fileprivate init(bytes: Int, bitCount: Int) {
      packed = UInt32(bitCount) | UInt32(bytes) << 16
    }

    fileprivate init(bytes: Int, _ copy: DeflateCopy, bitCount: Int) {
      packed =
        UInt32(bitCount) | UInt32(copy.bitCount) << 8 | UInt32(bytes + copy.base) << 16 | 1 << 31
    }
  }

  /// Bits by which entries are found.
  let bitCount: Int
  let entries: [Entry]
  /// Bits by which distances are found.
  let distanceBitCount: Int
  /// Bits of a distance's word and of those behind it; 0 where the word is longer, or none.
  let distances: [UInt8]

  /// - Parameters:
  ///   - code: The code of literals and lengths.
  ///   - distanceCode: The code of distances.
  init(_ code: PrefixCode, _ distanceCode: PrefixCode) {
    distanceBitCount = distanceCode.quickBitCount
    distances = distanceCode.quick.map {
      $0 == 0 ? 0 : UInt8(Int($0 & 15) + DeflateCopy.bitCount(distance: Int($0 >> 4)))
    }
    let bitCount = code.quickBitCount
    let copies = DeflateCopy.all
    self.bitCount = bitCount
    entries = code.quick.indices.map { bits in
      var bytes = 0
      var used = 0
      while used < bitCount {
        let entry = code.quick[bits >> used]
        let (symbol, length) = (Int(entry >> 4), Int(entry & 15))
        // Behind the bits there are others.
        guard length > 0, used + length <= bitCount, symbol != 256 else { break }
        used += length
        guard symbol < 256 else {
          return symbol - 257 < copies.count
            ? Entry(bytes: bytes, copies[symbol - 257], bitCount: used) : .other
        }
        bytes += 1
      }
      return bytes > 0 ? Entry(bytes: bytes, bitCount: used) : .other
    }
  }
}
