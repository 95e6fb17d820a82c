import Statistics
import XCTest

final class MeanEstimateTests: XCTestCase {
  func testMeanDeviationAndIntervalAreThoseOfATable() throws {
    let estimate = try XCTUnwrap(MeanEstimate([2, 4, 9]))
    XCTAssertEqual(estimate.mean, 5)
    // Squares 9 + 1 + 16 over 2 degrees of freedom.
    assertClose(estimate.deviation, 13.0.squareRoot())
    let interval = try XCTUnwrap(estimate.interval())
    // The 97.5 % quantile of two degrees is 4.302652729749462.
    assertClose(interval.high, 5 + 4.302652729749462 * (13.0 / 3).squareRoot())
    assertClose(interval.low + interval.high, 10)
    let narrow = try XCTUnwrap(estimate.interval(confidence: 0.5))
    XCTAssertLessThan(narrow.high, interval.high)
  }

  func testOneValueHasNoInterval() throws {
    let estimate = try XCTUnwrap(MeanEstimate([0.9]))
    XCTAssertEqual(estimate.mean, 0.9)
    XCTAssertNil(estimate.deviation)
    XCTAssertNil(estimate.interval())
    XCTAssertNil(MeanEstimate([]))
  }

  func testEqualValuesHaveNoDeviationAtAll() throws {
    // The sum of three times 0.1 is not 0.3.
    let estimate = try XCTUnwrap(MeanEstimate([0.1, 0.1, 0.1]))
    XCTAssertEqual(estimate.deviation, 0)
    XCTAssertNil(estimate.interval(), "three equal values are no certainty")
  }
}

final class PooledDeviationTests: XCTestCase {
  func testSamplesKeepTheirOwnMeans() throws {
    // Squares 2 around 2, and 8 around 102, over one degree each.
    let pooled = try XCTUnwrap(PooledDeviation([[1, 3], [100, 104], [7]]))
    XCTAssertEqual(pooled.degrees, 2)
    assertClose(pooled.deviation, 5.0.squareRoot())
    XCTAssertEqual(
      PooledDeviation([[2, 4, 9]])?.deviation, MeanEstimate([2, 4, 9])?.deviation)
  }

  func testSingleValuesTellNone() {
    XCTAssertNil(PooledDeviation([]))
    XCTAssertNil(PooledDeviation([[1], [5]]))
  }
}
