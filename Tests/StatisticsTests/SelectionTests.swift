import Statistics
import XCTest

final class SelectionTests: XCTestCase {
  func testTheExpectedBestIsThatOfAllChoices() {
    let scores = [0.3, 0.9, 0.1, 0.6, 0.6]
    let best = ExpectedBest.ofEachCount(scores)
    XCTAssertEqual(best.map(\.count), [1, 2, 3, 4, 5])
    for expected in best {
      let maxima = (0..<1 << scores.count).filter { $0.nonzeroBitCount == expected.count }.map {
        choice in
        scores.indices.filter { choice >> $0 & 1 == 1 }.map { scores[$0] }.max() ?? 0
      }
      assertClose(expected.mean, maxima.mean, "\(expected.count) of 5")
    }
  }

  func testTheBandHoldsTheMiddleOfAllChoices() {
    // Of ten choices of two of 1 … 5, the best is 2, 3, 4, 5 in 1, 2, 3, 4.
    let pairs = ExpectedBest.ofEachCount([1, 2, 3, 4, 5], share: 0.5)[1]
    XCTAssertEqual(pairs.band, Interval(low: 3, high: 5))
    let most = ExpectedBest.ofEachCount([1, 2, 3, 4, 5], share: 0.9)[1]
    XCTAssertEqual(most.band, Interval(low: 2, high: 5))
    // A quarter of the choices is 1, three quarters are 3 at most.
    XCTAssertEqual(
      ExpectedBest.ofEachCount([1, 2, 3, 4], share: 0.5)[0].band, Interval(low: 1, high: 3))
  }

  func testDegenerateSamples() {
    XCTAssertEqual(ExpectedBest.ofEachCount([]), [])
    XCTAssertEqual(ExpectedBest.ofEachCount([7]).map(\.mean), [7])
    for best in ExpectedBest.ofEachCount([0.1, 0.1, 0.1]) {
      assertClose(best.mean, 0.1)
      XCTAssertEqual(best.band, Interval(low: 0.1, high: 0.1))
    }
    XCTAssertEqual(ExpectedBest.ofEachCount([3, 8, 5]).last?.mean, 8)
  }

  func testTheBestSoFarNeverFalls() {
    XCTAssertEqual(BestSoFar.line([0.3, 0.2, 0.5, 0.4]), [0.3, 0.3, 0.5, 0.5])
    XCTAssertEqual(BestSoFar.line([]), [])
  }
}
