import Kernels
import Tensors
import XCTest

/// Functions of single vectors, over their whole range.
final class ElementwiseTests: XCTestCase {
  /// The polynomial's error bound, 1.6·10⁻⁷, and the rounding of the result.
  private let powerTolerance = 1.6e-7 + 0x1p-24

  func testPowerOfTwoIsAccurateOverTheWholeRange() {
    for i in stride(from: -126.0, through: 126, by: 0.0137) {
      let x = Float(i)
      let power = powerOfTwo(Vector(repeating: x))
      XCTAssertEqual(
        Double(power[7]) / exp2(Double(x)), 1, accuracy: powerTolerance, "2^\(x)")
    }
    for (x, bound) in [(-127, -126), (-Float.infinity, -126), (127, 126), (.infinity, 126)] {
      let power = Double(powerOfTwo(Vector(repeating: x))[0])
      XCTAssertEqual(power / exp2(Double(bound)), 1, accuracy: powerTolerance, "2^\(x)")
    }
    XCTAssertTrue(powerOfTwo(Vector(repeating: .nan))[0].isNaN, "a NaN must not be hidden")
  }

  func testSigmoidKeepsItsErrorBounds() {
    for i in stride(from: -87.0, through: 87, by: 0.0137) {
      let x = Float(i)
      let exact = 1 / (1 + exp(-Double(x)))
      let error = abs(Double(sigmoid(Vector(repeating: x))[3]) - exact)
      XCTAssertLessThan(error, 1e-7, "σ \(x)")
      XCTAssertLessThan(error / exact, 1e-7 * (2 + abs(Double(x))), "σ \(x)")
    }
    for (x, limit) in [(-Float.infinity, 0), (-1e30, 0), (1e30, 1), (.infinity, Float(1))] {
      XCTAssertEqual(sigmoid(Vector(repeating: x))[0], limit, accuracy: 1e-30)
    }
    XCTAssertTrue(sigmoid(Vector(repeating: .nan))[0].isNaN, "a NaN must not be hidden")
  }

  func testLanesDoNotDependOnEachOther() {
    var x = Vector()
    for lane in x.indices { x[lane] = Float(lane) * 11 - 90 }
    for lane in x.indices {
      XCTAssertEqual(sigmoid(x)[lane], sigmoid(Vector(repeating: x[lane]))[5])
    }
  }
}
