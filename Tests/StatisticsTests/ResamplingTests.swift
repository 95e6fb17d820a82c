import Statistics
import XCTest

final class ResamplingTests: XCTestCase {
  func testCommonSeedsAreDrawnOnceForAll() {
    let scores = [[1.0, 2, 3, 4], [11, 12, 13, 14]]
    func draws(_ seeds: Resampling.Seeds) -> [[Double]] {
      (0..<20).map { draw in
        var random = Resampling().random(draw, .seeds)
        return random.redrawnMeans(scores, seeds)
      }
    }
    XCTAssertTrue(draws(.common).allSatisfy { $0[1] - $0[0] == 10 })
    XCTAssertFalse(draws(.own).allSatisfy { $0[1] - $0[0] == 10 })
    XCTAssertNotEqual(draws(.common)[0], draws(.common)[1])
    XCTAssertEqual(draws(.own), draws(.own))
  }

  func testQuantilesLieBetweenNeighbours() {
    XCTAssertEqual([1.0, 2, 4].sortedQuantile(0.75), 3)
    XCTAssertEqual([1.0, 2, 4].sortedQuantile(1), 4)
    XCTAssertEqual([5.0].sortedQuantile(0.3), 5)
  }
}
