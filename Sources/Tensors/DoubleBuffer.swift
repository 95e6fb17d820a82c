import Boundary
import Glibc

/// A block of zero-initialised doubles, such as statistics, that lives as long as its owner.
package final class DoubleBuffer {
  /// Number of doubles.
  package let count: Int
  /// First double.
  package let start: UnsafeMutablePointer<Double>
  private var bytes: Int { count * MemoryLayout<Double>.stride }

  /// Reserves `count` doubles, all zero.
  ///
  /// - Precondition: `count` is not negative.
  /// - Throws: Where the system has not the memory.
  package init(count: Int) throws(MemoryShortage) {
    precondition(count >= 0, "a buffer cannot have \(count) doubles")
    self.count = count
    start = try MemoryBudget.take(count.saturatingProduct(MemoryLayout<Double>.stride)) {
      calloc(max(count, 1), MemoryLayout<Double>.stride)?.bindMemory(
        to: Double.self, capacity: count)
    }
  }

  deinit {
    free(start)
    MemoryBudget.giveBack(bytes)
  }
}
