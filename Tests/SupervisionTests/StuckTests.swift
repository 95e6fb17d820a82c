import Supervision
import XCTest

final class StuckTests: XCTestCase {
  private static let deadline = 60.0
  private static let now = 1_000.0

  /// A rank that was heard and moved so many seconds ago.
  private func peer(
    heard: Double = 0.3, moved: Double, exchanges: Int = 5, isWaiting: Bool = true,
    hasEnded: Bool = false, training: UInt64 = 0
  ) -> Peer {
    var pulse = Pulse()
    pulse.training = training
    pulse.exchanges = exchanges
    pulse.isWaiting = isWaiting
    return Peer(
      pulse: pulse, heard: Self.now - heard, moved: Self.now - moved, hasEnded: hasEnded)
  }

  private func assertStuck(
    _ peers: [Peer], _ rank: Int?, _ reason: Stuck.Reason? = nil, line: UInt = #line
  ) {
    let stuck = Stuck(
      among: Dictionary(uniqueKeysWithValues: peers.enumerated().map { ($0, $1) }),
      at: Self.now, deadline: Self.deadline)
    XCTAssertEqual(stuck?.rank, rank, line: line)
    XCTAssertEqual(stuck?.reason, reason, line: line)
  }

  func testARankThatWaitsIsNotToBlame() {
    assertStuck([peer(moved: 100), peer(moved: 59, isWaiting: false)], nil)
    assertStuck([peer(moved: 100), peer(moved: 61, isWaiting: false)], 1, .idle)
    assertStuck([peer(moved: 100), peer(moved: 10), peer(moved: 100)], nil)
  }

  func testASilentRankIsToBlameBeforeAnIdleOne() {
    assertStuck(
      [peer(moved: 90, isWaiting: false), peer(heard: 61, moved: 61)], 1, .silent)
  }

  func testTheOldestIsToBlame() {
    assertStuck(
      [
        peer(moved: 70, isWaiting: false), peer(moved: 80, isWaiting: false),
        peer(moved: 75, isWaiting: false),
      ], 1, .idle)
  }

  func testWhereAllWaitTheLowestExchangeIsToBlame() {
    assertStuck(
      [
        peer(moved: 90, exchanges: 8), peer(moved: 61, exchanges: 7), peer(moved: 90, exchanges: 8),
      ],
      1, .behind)
    assertStuck([peer(moved: 61), peer(moved: 61)], 0, .deadlock)
    assertStuck([peer(moved: 61), peer(moved: 59)], nil)
  }

  func testEachTrainingIsJudgedByItself() {
    assertStuck(
      [
        peer(moved: 1, exchanges: 2, training: 1), peer(moved: 70, exchanges: 9, training: 2),
        peer(moved: 70, exchanges: 8, training: 2), peer(moved: 1, exchanges: 1, isWaiting: false),
      ], 2, .behind)
    assertStuck(
      [peer(moved: 70, exchanges: 3, training: 1), peer(moved: 1, exchanges: 9, training: 1)], nil)
    assertStuck(
      [peer(moved: 70, training: 1), peer(moved: 1, isWaiting: false, training: 2)], 0, .deadlock)
  }

  func testWhoHasSaidFarewellIsNotJudged() {
    assertStuck([peer(moved: 10), peer(heard: 90, moved: 90, hasEnded: true)], nil)
  }
}
