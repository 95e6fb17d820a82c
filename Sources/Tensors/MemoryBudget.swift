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

/// What all buffers of this process have of the host's memory.
///
/// The system lends more than there is, and ends the process when it cannot keep its word.
enum MemoryBudget {
  private static let totalBytes = Atomic<Int>(0)
  private static let hostBytes = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))

  /// Counts what `allocate` takes; it returns nil where the system has not the memory.
  static func take<Address>(
    _ bytes: Int, _ allocate: () -> Address?
  ) throws(MemoryShortage) -> Address {
    // Beyond this the sum would not be safe.
    guard bytes < 1 << 56 else { throw MemoryShortage(bytes: bytes) }
    let total = totalBytes.add(bytes, ordering: .relaxed).newValue
    guard total <= hostBytes, let address = allocate() else {
      giveBack(bytes)
      throw MemoryShortage(bytes: total)
    }
    return address
  }

  static func giveBack(_ bytes: Int) { totalBytes.subtract(bytes, ordering: .relaxed) }
}
