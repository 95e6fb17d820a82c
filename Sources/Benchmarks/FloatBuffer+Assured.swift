import Tensors

extension FloatBuffer {
  /// Floats of a benchmark of fixed size, for which every machine has the memory.
  static func assured(count: Int) -> FloatBuffer {
    do throws(MemoryShortage) { return try FloatBuffer(count: count) } catch {
      preconditionFailure("\(error)")
    }
  }
}
