import Kernels
import Tensors
import XCTest

/// Every product, over matrices whose rows lie farther apart than they are long.
final class GEMMTests: XCTestCase {
  /// Sums of 40 products of floats near 1.
  private let tolerance = 1e-6
  private let (m, n, k) = (13, 24, 40)

  override func tearDown() { releaseBuffers() }

  private func check(
    _ expected: [Double], line: UInt = #line,
    _ product: (_ c: UnsafeMutablePointer<Float>, _ isAdding: Bool) -> Void
  ) {
    let before = randomValues(m * n, seed: 3)
    for isAdding in [false, true] {
      let c = Layout.rows.pixels(before, channels: n)
      product(c.start, isAdding)
      assertClose(
        c, isAdding ? zip(expected, before).map { $0 + $1 } : expected, channels: n,
        tolerance: tolerance, "adding \(isAdding)", line: line)
      XCTAssertEqual(c.start[n], paddingValue, "the padding is another's", line: line)
    }
  }

  func testProductsMatchTheReference() {
    let a = randomValues(m * k, seed: 1)
    let b = randomValues(k * n, seed: 2)
    func padded(_ values: [Double], columns: Int) -> UnsafeMutablePointer<Float> {
      Layout.rows.pixels(values, channels: columns).start
    }
    check(MatrixReference.multiply(a, b, k: k)) { c, isAdding in
      GEMM.multiply(
        m: m, n: n, k: k, padded(a, columns: k), 48, padded(b, columns: n), 32, into: c, 32,
        accumulating: isAdding)
    }
    check(MatrixReference.multiplyByTransposed(a, b, k: k)) { c, isAdding in
      GEMM.multiplyByTransposed(
        m: m, n: n, k: k, padded(a, columns: k), 48, padded(b, columns: k), 48, into: c, 32,
        accumulating: isAdding)
    }
    check(MatrixReference.multiplyTransposed(a, b, k: k)) { c, isAdding in
      GEMM.multiplyTransposed(
        m: m, n: n, k: k, padded(a, columns: m), 16, padded(b, columns: n), 32, into: c, 32,
        accumulating: isAdding)
    }
  }
}
