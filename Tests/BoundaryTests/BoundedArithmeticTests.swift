import Boundary
import XCTest

final class BoundedArithmeticTests: XCTestCase {
  func testAProductThatDoesNotFitIsNone() {
    XCTAssertEqual([3, 4, 5].boundedProduct, 60)
    XCTAssertEqual([Int]().boundedProduct, 1)
    XCTAssertEqual([1 << 62, 4, 0].boundedProduct, 0)
    XCTAssertNil([1 << 62, 2].boundedProduct)
    XCTAssertNil([0, -1].boundedProduct)
    XCTAssertNil([-1, -1].boundedProduct)
  }

  func testSumsAndProductsStopAtTheEndsOfTheirType() {
    XCTAssertEqual(Int.max.saturatingSum(1), .max)
    XCTAssertEqual(Int.min.saturatingSum(-1), .min)
    XCTAssertEqual(2.saturatingSum(3), 5)
    XCTAssertEqual(Int.max.saturatingProduct(-2), .min)
    XCTAssertEqual(Int.min.saturatingProduct(-1), .max)
    XCTAssertEqual(UInt64.max.saturatingProduct(2), .max)
    XCTAssertEqual(Int(saturating: 1e300), .max)
    XCTAssertEqual(Int(saturating: -.infinity), .min)
    XCTAssertEqual(Int(saturating: .nan), 0)
    XCTAssertEqual(UInt8(saturating: -3), 0)
    XCTAssertEqual(Int32(saturating: 41.9), 41)
  }
}
