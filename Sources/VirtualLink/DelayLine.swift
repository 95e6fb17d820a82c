/// Frames on their way, in the order in which they arrive.
struct DelayLine {
  private var frames: [(due: UInt64, device: Int, bytes: UnsafeMutableRawBufferPointer)] = []
  /// Those before it have arrived.
  private var first = 0

  /// When the next one arrives.
  var nextDue: UInt64? { first < frames.count ? frames[first].due : nil }

  /// Takes a copy of a frame that arrives after all others.
  mutating func append(_ frame: UnsafeRawBufferPointer, from device: Int, due: UInt64) {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: frame.count, alignment: 16)
    bytes.copyMemory(from: frame)
    frames.append((due, device, bytes))
  }

  /// Hands over the next one, and where it came from.
  mutating func removeFirst(_ body: (UnsafeRawBufferPointer, Int) -> Void) {
    let (_, device, bytes) = frames[first]
    body(UnsafeRawBufferPointer(bytes), device)
    bytes.deallocate()
    first += 1
    // Seldom, because all behind it move up.
    if first == frames.count || first >= 4_096 {
      frames.removeFirst(first)
      first = 0
    }
  }
}
