import Tensors
import XCTest

final class RoundTreeTests: XCTestCase {
  /// The tree over `count` rounds: a node over 2ⁿ of them, without those beyond the last.
  private func bracketing(_ level: Int, _ index: Int, _ count: Int) -> String? {
    guard index << level < count else { return nil }
    guard level > 0 else { return "\(index)" }
    guard let left = bracketing(level - 1, 2 * index, count) else { return nil }
    return bracketing(level - 1, 2 * index + 1, count).map { "(\(left)+\($0))" } ?? left
  }

  func testRoundsAreBracketedLikeTheTreeOverAllOfThem() {
    for rounds in 1...33 {
      let tree = RoundTree(rounds: rounds)
      var waiting = [String](repeating: "", count: tree.slots)
      var total = ""
      for round in 0..<rounds {
        total = "\(round)"
        tree.take(round) {
          total = "(\(waiting[$0])+\(total))"
        } keep: {
          waiting[$0] = total
        }
      }
      XCTAssertEqual(total, bracketing(6, 0, rounds), "\(rounds) rounds")
    }
  }

  func testTheLogarithmOfTheRoundsWaits() {
    XCTAssertEqual(
      [1, 2, 3, 4, 5, 8, 9, 64].map { RoundTree(rounds: $0).slots }, [0, 1, 2, 2, 3, 3, 4, 6])
  }
}
