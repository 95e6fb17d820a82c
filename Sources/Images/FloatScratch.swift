/// Floats for the time of a calculation, aligned to a cache line; grows when more are needed, and
/// is zero then.
final class FloatScratch {
  private(set) var start: UnsafeMutablePointer<Float>
  private var count = 0

  init() { start = .allocate(capacity: 1) }

  deinit { start.deallocate() }

  /// Makes room for `count` floats and a vector behind them, which kernels load whole.
  func reserve(_ count: Int) {
    guard self.count < count else { return }
    start.deallocate()
    self.count = count
    let capacity = count + 16
    start = UnsafeMutableRawPointer.allocate(
      byteCount: capacity * MemoryLayout<Float>.stride, alignment: 64
    ).bindMemory(to: Float.self, capacity: capacity)
    start.initialize(repeating: 0, count: capacity)
  }
}
