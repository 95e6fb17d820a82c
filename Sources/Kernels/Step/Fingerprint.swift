/// A hash of 64 bits that is as quick as memory: it tells replicas apart, not forgeries.
package enum Fingerprint {
  /// Vectors that are worked on at the same time, to hide the latency of a multiplication.
  private static let ways = 4
  /// An odd factor: multiplying by it, like every step here, loses nothing (the prime of FNV-1a).
  private static let prime: UInt32 = 0x0100_0193

  /// The hash of `count` floats, a multiple of 16; any other single one gives another hash.
  ///
  /// A lane is `h ← (h ⊕ x)·p`, so whatever differs in one value differs in its lane to the end,
  /// and the lanes are joined the same way.
  package static func of(_ start: UnsafePointer<Float>, count: Int) -> UInt64 {
    typealias Lanes = SIMD16<UInt32>
    let memory = UnsafeRawPointer(start)
    let stride = MemoryLayout<Lanes>.stride
    let prime = Lanes(repeating: prime)
    var (a, b, c, d) = (Lanes(repeating: 1), Lanes(repeating: 2), Lanes(repeating: 3), prime)
    let vectors = count / 16
    var index = 0
    while index + ways <= vectors {
      let place = memory + index * stride
      a = (a ^ place.loadUnaligned(as: Lanes.self)) &* prime
      b = (b ^ (place + stride).loadUnaligned(as: Lanes.self)) &* prime
      c = (c ^ (place + 2 * stride).loadUnaligned(as: Lanes.self)) &* prime
      d = (d ^ (place + 3 * stride).loadUnaligned(as: Lanes.self)) &* prime
      index += ways
    }
    while index < vectors {
      a = (a ^ (memory + index * stride).loadUnaligned(as: Lanes.self)) &* prime
      index += 1
    }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for lanes in [a, b, c, d] {
      for lane in 0..<16 { hash = (hash ^ UInt64(lanes[lane])) &* 0x0000_0100_0000_01B3 }
    }
    return hash
  }
}
