import Boundary

/// The shape of a dataset or an attribute (section IV.A.2.b, the dataspace message).
struct StoredExtents {
  /// Lengths of the axes; none for a single value.
  let extents: [Int]
  /// Lengths up to which the axes may grow; none where there is no limit.
  let limits: [Int?]
  /// Values in all; none where there is no shape at all.
  let count: Int

  /// Most axes that the library has room for.
  static let rankLimit = 32

  init(_ cursor: inout StructureCursor) throws(StructureFault) {
    let version = try cursor.byte()
    let rank = try cursor.byte()
    let flags = try cursor.byte()
    let type = try cursor.byte()
    switch version {
    case 1: try cursor.skip(4)
    case 2:
      guard type <= 2, (type == 1) == (rank > 0) else {
        throw .damaged("a dataspace of type \(type) has \(rank) axes")
      }
    default: throw .damaged("a dataspace has version \(version)")
    }
    // Bit 1, a permutation of the axes, was never written.
    guard rank <= Self.rankLimit, flags <= 1, rank > 0 || flags == 0 else {
      throw .damaged("a dataspace has \(rank) axes and flags \(flags)")
    }
    var extents: [Int] = []
    for _ in 0..<rank { extents.append(try cursor.length()) }
    var limits: [Int?] = flags == 1 ? [] : extents
    if flags == 1 {
      for extent in extents {
        let most = try cursor.number(bytes: 8)
        let limit = Int(exactly: most)
        guard most == StructureCursor.undefined || limit.map({ $0 >= extent }) ?? false else {
          throw .damaged("an axis of a dataspace is longer than its limit")
        }
        limits.append(limit)
      }
    }
    guard let count = extents.boundedProduct else {
      throw .damaged("a dataspace has more values than can be counted")
    }
    self.extents = extents
    self.limits = limits
    self.count = version == 2 && type == 2 ? 0 : count
  }

  /// Bytes of all values.
  func byteCount(of element: StoredType) throws(StructureFault) -> Int {
    guard let bytes = [count, element.byteCount].boundedProduct else {
      throw .damaged("it has more bytes than can be counted")
    }
    return bytes
  }
}
