import Tensors

/// Memory that parts of a network use one after the other, as large as the largest of them needs.
///
/// Whoever needs it says so while the network is built; it is reserved once all have.
final class Room {
  private var size = 0
  private var buffer: FloatBuffer?

  /// Asks for `count` floats.
  func require(_ count: Int) { size = max(size, count) }

  /// Makes what was asked for, all zero.
  func reserve() throws(MemoryShortage) { buffer = try FloatBuffer(count: size) }

  var start: UnsafeMutablePointer<Float> {
    guard let buffer else { preconditionFailure("a room that is not reserved yet") }
    return buffer.start
  }
}
