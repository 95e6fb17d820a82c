import Studies
import XCTest

/// How much of their time ranks had no training.
final class IdleSharesTests: XCTestCase {
  /// Of a handful of sums near 1.
  private let roundings = 1e-15

  private func slot(
    _ ranks: [Int], from start: Double, to end: Double, session: Double = 1_000
  ) throws -> Slot {
    let json = """
      {"identity": "a", "epochs": 1, "images": "heldOut", "number": 1, "ranks": \(ranks),
      "host": "h", "rankCount": 3, "seconds": \(end - start), "end": \(session + end), "sessionStart": \(session),
      "startSeconds": 0, "trainedEpochs": 1}
      """
    return try JSONDecoder().decode(Slot.self, from: Data(json.utf8))
  }

  func testTimeCountsByRanks() throws {
    let slots = [
      try slot([0, 1], from: 0, to: 25), try slot([0, 1], from: 50, to: 100),
      try slot([2], from: 0, to: 80),
    ]
    let idle = try XCTUnwrap(IdleShares(slots))
    // Of 300 seconds of ranks two ranks have nothing to do for 25 each, and one for 20.
    XCTAssertEqual(idle.all, 70.0 / 300, accuracy: roundings)
    XCTAssertEqual(idle.lastQuarter, 20.0 / 75, accuracy: roundings)
  }

  func testOnlyTheLastSessionCounts() throws {
    let slots = [
      try slot([0], from: 0, to: 100, session: 500),
      try slot([0], from: 0, to: 40), try slot([1, 2], from: 0, to: 40),
    ]
    let idle = try XCTUnwrap(IdleShares(slots))
    XCTAssertEqual(idle.all, 0)
    XCTAssertEqual(idle.lastQuarter, 0)
  }

  func testNothingDoneHasNoShare() throws {
    XCTAssertNil(IdleShares([]))
    XCTAssertNil(IdleShares([try slot([0], from: 0, to: 0)]))
  }
}
