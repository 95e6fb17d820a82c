public import Boundary
import Glibc
import Synchronization

/// The system has not the memory that was asked for.
public struct MemoryShortage: Fault, Equatable {
  /// Bytes that would be in use by all buffers of this process.
  public let bytes: Int

  /// Less was to be asked for.
  public var faultKind: FaultKind { .usage }

  /// One line: how much, and what to make smaller.
  public var description: String {
    "no memory for \(bytes >> 20) MiB; take fewer images at a time, smaller ones, a smaller network, "
      + "or more ranks"
  }
}

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
  /// Bytes of all buffers of this process.
  private static let totalBytes = Atomic<Int>(0)
  /// Bytes of memory that this host has for all its processes. The system lends more, and ends the
  /// process when it cannot keep its word.
  private static let hostBytes = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))

  /// Reserves `count` floats, all zero.
  ///
  /// - Precondition: `count` is not negative.
  /// - Throws: Where the system has not the memory.
  public init(count: Int) throws(MemoryShortage) {
    precondition(count >= 0, "a buffer cannot have \(count) floats")
    self.count = count
    // One spare vector: kernels load whole vectors at the end of unpadded parameter tensors.
    let bytes = count.saturatingSum(vectorWidth).saturatingProduct(MemoryLayout<Float>.stride)
    // Beyond this the sums below would not be safe.
    guard bytes < 1 << 56 else { throw MemoryShortage(bytes: bytes) }
    mappedBytes = (bytes + 4095) & ~4095
    let total = Self.totalBytes.add(mappedBytes, ordering: .relaxed).newValue
    let address =
      total > Self.hostBytes
      ? nil
      : mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address, address != MAP_FAILED else {
      Self.totalBytes.subtract(mappedBytes, ordering: .relaxed)
      throw MemoryShortage(bytes: total)
    }
    madvise(address, mappedBytes, MADV_HUGEPAGE)
    start = address.bindMemory(to: Float.self, capacity: mappedBytes / MemoryLayout<Float>.stride)
  }

  deinit {
    munmap(start, mappedBytes)
    Self.totalBytes.subtract(mappedBytes, ordering: .relaxed)
  }

  /// All floats of the buffer.
  public var values: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: start, count: count)
  }
}
