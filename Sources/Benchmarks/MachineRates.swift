import Dispatch
import Kernels
import Tensors

/// What one core of this machine can do at best, measured: the bounds that benchmarks are held to.
package enum MachineRates {
  /// Operations a second of single-precision matrix products: 1024³ by OpenBLAS, the best of five
  /// after one to warm up.
  package static func sgemm() -> Double {
    let side = 1024
    let (a, b, c) = (
      FloatBuffer.assured(count: side * side), FloatBuffer.assured(count: side * side),
      FloatBuffer.assured(count: side * side)
    )
    a.values.update(repeating: 0.5)
    b.values.update(repeating: 0.25)
    let seconds = best {
      GEMM.multiply(m: side, n: side, k: side, a.start, side, b.start, side, into: c.start, side)
    }
    return withExtendedLifetime((a, b, c)) { 2 * Double(side * side * side) / seconds }
  }

  /// Bytes a second, read and written together, that the C library copies between two buffers of
  /// `bytes` bytes: the best of five after one to warm up.
  package static func copy(bytes: Int) -> Double {
    let count = bytes / MemoryLayout<Float>.stride
    let (source, target) = (FloatBuffer.assured(count: count), FloatBuffer.assured(count: count))
    source.values.update(repeating: 0.5)
    // Small buffers are copied again and again, for as long as the clock needs.
    let repetitions = max(1, (16 << 20) / bytes)
    let seconds = best {
      for _ in 0..<repetitions { target.start.update(from: source.start, count: count) }
    }
    return withExtendedLifetime((source, target)) { 2 * Double(bytes * repetitions) / seconds }
  }

  /// Bytes that are more than a core's caches hold: what is gone through in turns of this size
  /// comes from memory.
  package static let beyondCache = 256 << 20

  /// Bytes of a tile of medium width, which stays in the cache of the second level.
  package static let withinCache = 128 << 10

  private static func best(_ work: () -> Void) -> Double {
    OpenBLAS.useOneThread()
    work()
    return (0..<5).map { _ in seconds(work) }.min() ?? 0
  }

  /// Seconds that `work` takes.
  package static func seconds(_ work: () throws -> Void) rethrows -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    try work()
    return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }
}

extension Collection<Double> {
  /// The middle one in order, or the mean of the middle two; zero of none.
  package var median: Double {
    let values = sorted()
    return isEmpty ? 0 : (values[(count - 1) / 2] + values[count / 2]) / 2
  }
}
