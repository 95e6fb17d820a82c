import Benchmarks
import XCTest

/// A benchmark of kernels must notice a wrong one, and hold a right one against the right rate.
final class KernelBenchmarkTests: XCTestCase {
  private let tolerance = 1e-6
  private let rates = KernelBenchmark.Rates(
    sgemmGigaflops: 100, cacheCopyBytesPerSecond: 200e9, memoryCopyBytesPerSecond: 10e9,
    coreType: "none")

  /// A case that doubles floats by `kernel`.
  private func doubling(
    in residence: KernelCase.Residence = .cache, operations: Int = 1,
    _ kernel: @escaping (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void
  ) -> KernelCase {
    KernelCase(
      "doubling", 4096, small: 37, in: residence, tolerance: tolerance, operations: operations,
      floats: 2 * 4096
    ) { count, operands in
      let x = operands.random(count)
      let (source, target) = (operands.flat(x), operands.flat([Double](repeating: 0, count: count)))
      return KernelCase.Trial(
        run: { kernel(target.start, source.start, count) },
        outcome: { [(target.values, x.map { 2 * $0 })] })
    }
  }

  private func right(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ count: Int) {
    for i in 0..<count { y[i] = 2 * x[i] }
  }

  private func wrongness(
    _ kernel: @escaping (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void
  ) -> String? {
    do {
      _ = try KernelBenchmark([doubling(kernel)], rates: rates)
      return nil
    } catch { return "\(error)" }
  }

  func testAWrongKernelIsReportedInOneLine() throws {
    XCTAssertNil(wrongness(right))
    // Forgets the end of an odd size.
    let end = try XCTUnwrap(wrongness { self.right($0, $1, $2 / 16 * 16) })
    XCTAssertTrue(end.contains("doubling, 37, is wrong"), end)
    XCTAssertTrue(end.contains("1.0e-06 is allowed"), end)
    XCTAssertFalse(end.contains("\n"), end)
    // Right but for one value of the large size, by a share of 5e-6 or more.
    let value = try XCTUnwrap(
      wrongness {
        self.right($0, $1, $2)
        if $2 == 4096 { $0[4000] += 1e-5 }
      })
    XCTAssertTrue(value.contains("doubling, 4096, is wrong"), value)
    let nonsense = try XCTUnwrap(
      wrongness {
        self.right($0, $1, $2)
        $0[3] = .nan
      })
    XCTAssertTrue(nonsense.contains("by inf "), nonsense)
  }

  func testAKernelIsHeldAgainstTheRateThatBoundsIt() throws {
    // 32 KiB are 3.3 µs in memory at 10 GB/s, 0.16 µs in cache at 200 GB/s.
    for (residence, operations, bound, seconds) in [
      (KernelCase.Residence.memory, 1, KernelMeasurement.Bound.memoryCopy, 32_768 / 10e9),
      (.cache, 1, .cacheCopy, 32_768 / 200e9), (.cache, 1_000_000, .matrixRate, 1e6 / 100e9),
    ] {
      let kernel = doubling(in: residence, operations: operations, right)
      let result = try KernelBenchmark([kernel], rates: rates).kernels[0]
      XCTAssertEqual(result.bound, bound)
      XCTAssertEqual(result.shareOfBound * result.seconds / seconds, 1, accuracy: 1e-12)
      XCTAssertGreaterThanOrEqual(result.samples, 9)
      XCTAssertEqual(result.bytesPerSecond * result.seconds, 32_768, accuracy: 1e-6)
      XCTAssertEqual(result.gigaflops * result.seconds * 1e9, Double(operations), accuracy: 1e-6)
    }
  }

  func testOperandsInMemoryTakeTurnsAndThoseInCacheDoNot() {
    for (residence, expected) in [(KernelCase.Residence.memory, 8), (.cache, 1)] {
      var places: Set<UnsafeMutablePointer<Float>> = []
      let run = doubling(in: residence) { y, _, _ in places.insert(y) }.prepare()
      for _ in 0..<8 { run() }
      XCTAssertEqual(places.count, expected)
    }
  }

  func testEveryKernelMatchesItsReference() {
    for kernel in KernelBenchmark.cases {
      let deviation = kernel.check()
      XCTAssertTrue(
        deviation.holds, "\(kernel.name) \(deviation.shape): \(deviation.largest)")
      XCTAssertGreaterThan(kernel.operations, 0, kernel.name)
      XCTAssertGreaterThan(kernel.bytes, 0, kernel.name)
    }
    let names = KernelBenchmark.cases.map { "\($0.name) \($0.shape)" }
    XCTAssertEqual(Set(names).count, names.count, "two cases have the same name and shape")
  }
}
