import Studies
import XCTest

/// Which networks go on after a rung, against tables made by hand.
final class HalvingTests: XCTestCase {
  /// Those that go on of networks 0, 1, 2 …, by their scores.
  private func survivors(_ halving: Halving, _ scores: [Int?]) -> [Int] {
    halving.survivors(of: Array(scores.indices)) { scores[$0] }
  }

  func testTheBestGoOnInTheirOrder() {
    XCTAssertEqual(survivors(Halving(keep: 1.0 / 3), [5, 9, 1, 8, 2, 3, 7, 4, 6]), [1, 3, 6])
    XCTAssertEqual(survivors(Halving(keep: 0.5), [4, 3, 2, 1]), [0, 1])
  }

  func testOfEqualScoresTheFirstGoOn() {
    XCTAssertEqual(survivors(Halving(keep: 1.0 / 3), [5, 7, 7, 7, 7, 1, 2, 3, 4]), [1, 2, 3])
    XCTAssertEqual(survivors(Halving(keep: 0.5), [0, 0, 0, 0]), [0, 1])
  }

  func testSharesAreRoundedAndLeaveOne() {
    let count = 12
    // Of 1 to 12 networks: a third and a half, .5 rounded up, and hardly any.
    for (keep, expected) in [
      (1.0 / 3, [1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4]),
      (0.5, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]),
      (0.01, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
      (0.99, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    ] {
      let counts = (1...count).map { survivors(Halving(keep: keep), Array(0..<$0)).count }
      XCTAssertEqual(counts, expected, "keep \(keep)")
    }
  }

  func testCohortsAreOfNumbersAndDecideAlone() {
    let halving = Halving(keep: 1.0 / 3, cohort: 3)
    XCTAssertEqual(survivors(halving, [1, 2, 3, 90, 80, 70, 4, 5]), [2, 3, 7])
    // Of a later rung: who is left of a cohort stays in it.
    let scores = [9, 0, 8, 0, 0, 1, 0, 2]
    XCTAssertEqual(halving.survivors(of: [0, 2, 5, 7]) { scores[$0] }, [0, 5, 7])
    // What happens in another cohort changes nothing.
    XCTAssertEqual(survivors(halving, [1, 2, 3, 0, 80, 70, 4, 5]), [2, 4, 7])
  }

  func testProtectedNetworksGoOnBesideTheBest() {
    let halving = Halving(keep: 0.5, protected: [0, 3])
    XCTAssertEqual(survivors(halving, [0, 9, 8, 1]), [0, 1, 2, 3])
    XCTAssertEqual(survivors(halving, [9, 8, 1, 0]), [0, 1, 3])
  }

  func testWhatDivergedDoesNotGoOn() {
    XCTAssertEqual(survivors(Halving(keep: 0.5), [nil, 1, nil, 0]), [1, 3])
    XCTAssertEqual(survivors(Halving(keep: 0.5, protected: [0]), [nil, 1, 2, 3]), [2, 3])
    XCTAssertEqual(survivors(Halving(keep: 0.5, protected: [1]), [nil, nil]), [])
  }

  func testLotsFallAmongTheDroppedAlone() {
    let dropped = [2, 3, 5, 7, 11, 13]
    var drawn: Set<Int> = []
    for seed in 0..<40 {
      let lots = Halving.unselected(of: dropped, count: 2, seed: seed)
      XCTAssertEqual(lots, Halving.unselected(of: dropped, count: 2, seed: seed))
      XCTAssertEqual(lots, lots.sorted())
      XCTAssertEqual(Set(lots).count, 2)
      drawn.formUnion(lots)
    }
    // With a chance of a third each, one of six is missing in 40 draws once in two million times.
    XCTAssertEqual(drawn, Set(dropped))
    XCTAssertEqual(Halving.unselected(of: dropped, count: 9, seed: 1), dropped)
    XCTAssertEqual(Halving.unselected(of: dropped, count: 0, seed: 1), [])
    XCTAssertEqual(Halving.unselected(of: [], count: 3, seed: 1), [])
  }
}
