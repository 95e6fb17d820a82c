import Boundary
import Glibc

/// A block of zero-initialised floats, aligned to pages, that lives as long as its owner.
///
/// Buffers are made once, before the first training step, and never resized. The memory comes
/// straight from the kernel: untouched pages cost nothing, and large blocks are put on huge pages
/// where the system gives them (transparent huge pages set to `madvise` or `always`).
public final class FloatBuffer: @unchecked Sendable {
  // Unchecked: the type hands out pointers; whoever shares them between threads orders the access.

  /// Number of floats.
  public let count: Int

  /// First float; aligned to at least 64 bytes.
  public let start: UnsafeMutablePointer<Float>

  private let mappedBytes: Int

  /// Reserves `count` floats, all zero.
  ///
  /// - Precondition: `count` is not negative.
  /// - Throws: Where the system has not the memory.
  public init(count: Int) throws(MemoryShortage) {
    precondition(count >= 0, "a buffer cannot have \(count) floats")
    self.count = count
    // One spare vector: kernels load whole vectors at the end of unpadded parameter tensors.
    let bytes = count.saturatingSum(vectorWidth).saturatingProduct(MemoryLayout<Float>.stride)
    let mappedBytes = bytes.saturatingSum(4095) & ~4095
    self.mappedBytes = mappedBytes
    let address = try MemoryBudget.take(mappedBytes) {
      let address = mmap(
        nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      return address == MAP_FAILED ? nil : address
    }
    madvise(address, mappedBytes, MADV_HUGEPAGE)
    start = address.bindMemory(to: Float.self, capacity: mappedBytes / MemoryLayout<Float>.stride)
  }

  deinit {
    munmap(start, mappedBytes)
    MemoryBudget.giveBack(mappedBytes)
  }

  /// All floats of the buffer.
  public var values: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: start, count: count)
  }
}
