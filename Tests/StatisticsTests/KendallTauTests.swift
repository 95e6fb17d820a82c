import Statistics
import Tensors
import XCTest

final class KendallTauTests: XCTestCase {
  private let few = Resampling(draws: 300)

  func testTiesAreCountedAsScipyDoes() throws {
    let reference = try Reference.read().kendall
    assertClose(KendallTau(reference.first, reference.second, few)?.value, reference.tau)
  }

  func testSameAndOppositeOrder() throws {
    let scores = [0.1, 0.4, 0.2, 0.9, 0.7]
    XCTAssertEqual(KendallTau(scores, scores, few)?.value, 1)
    XCTAssertEqual(KendallTau(scores, scores.map { -$0 }, few)?.value, -1)
  }

  func testTheIntervalIsAboutAsWideAsTheNullSpread() throws {
    var random = CounterRandom(seed: 8, purpose: .synthetic)
    let first = (0..<40).map { _ in random.uniform() }
    let second = (0..<40).map { _ in random.uniform() }
    let tau = try XCTUnwrap(KendallTau(first, second, few))
    XCTAssertLessThan(tau.interval.low, tau.value)
    XCTAssertGreaterThan(tau.interval.high, tau.value)
    let expected = 2 * 1.96 * (try XCTUnwrap(KendallTau.nullDeviation(count: 40)))
    // The bootstrap estimates the spread from one sample: a third either way.
    XCTAssertEqual((tau.interval.high - tau.interval.low) / expected, 1, accuracy: 0.35)
  }

  func testNullSpreadIsThatOfATable() {
    for (count, deviation) in [(10, 0.25), (20, 0.16), (30, 0.13)] {
      XCTAssertEqual(KendallTau.nullDeviation(count: count) ?? 0, deviation, accuracy: 0.005)
    }
    XCTAssertNil(KendallTau.nullDeviation(count: 1))
  }

  func testWithoutAnOrderThereIsNoTau() throws {
    XCTAssertNil(KendallTau([], [], few))
    XCTAssertNil(KendallTau([1], [2], few))
    XCTAssertNil(KendallTau([1, 1, 1], [1, 2, 3], few))
    let two = try XCTUnwrap(KendallTau([1, 2], [3, 4], few))
    XCTAssertEqual(two.value, 1)
    XCTAssertEqual(two.interval, Interval(low: 0, high: 1))
  }
}
