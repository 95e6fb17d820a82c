import Foundation
import Supervision
import XCTest

/// Losses, hangs and farewells of ranks.
final class WatchTests: WatchTestCase {
  /// Seconds of a core that both ends of a connection take in a second: a thousandth.
  private static let costLimit = 1e-3

  private var processorSeconds: Double { Double(clock()) / 1e6 }

  func testALostRankIsToldByRankZero() throws {
    // A run that is only starting has no folder yet.
    try FileManager.default.removeItem(atPath: folder + "/ranks")
    try start(ranks: 4)
    activities[2].enter(.backward, step: 117)
    Thread.sleep(forTimeInterval: 0.1)
    watches[2] = nil
    try assertEnd(
      [0: 4, 1: 4, 3: 4], speaker: 0,
      ["rank 2 (pid 102 on host a) was lost in step 118, backward: its process ended; go on with"])
    let found = try verdict()
    XCTAssertEqual(found.code, .lost)
    XCTAssertEqual([found.rank, Int(found.pid), found.step], [2, 102, 118])
    XCTAssertEqual([found.host, found.phase], ["a", "backward"])
    XCTAssertFalse(found.unreachable)
  }

  func testTheDeputySpeaksWhereRankZeroIsLost() throws {
    try start(ranks: 3)
    watches[0] = nil
    try assertEnd([1: 4, 2: 4], speaker: 1, ["rank 0 (pid 100 on host a) was lost"])
  }

  func testAnotherSpeaksWhereTheDeputyIsLostAsWell() throws {
    try start(ranks: 3)
    watches[1] = nil
    watches[0] = nil
    wait(until: { record.codes[2] == 4 }, "rank 2 ended")
    XCTAssertEqual(record.lines.count, 1)
  }

  func testTheDeputyIsOnAnotherHostIfThereIsOne() {
    func deputy(_ hosts: [String]) -> Int {
      hosts.map { Member(host: $0, pid: 1, memory: 1, meetingPoint: nil) }.deputy
    }
    XCTAssertEqual(deputy(["a", "a", "b", "b"]), 2)
    XCTAssertEqual(deputy(["a", "a", "a"]), 1)
    XCTAssertEqual(deputy(["a"]), 0)
  }

  func testHostsWhoseRanksAreNotNeighboursAreFound() {
    for hosts in [[], ["a"], ["a", "a", "b", "c", "c"]] {
      XCTAssertNil(RankOrder.problem(hosts))
    }
    for hosts in [["a", "b", "a", "b"], ["a", "b", "c", "b"]] {
      XCTAssertTrue(RankOrder.problem(hosts)?.contains("--map-by slot") ?? false)
    }
  }

  func testAFarewellIsNoLoss() throws {
    // A thread may wait for a busy processor meanwhile.
    let deadline = 1.0
    try start(ranks: 3, deadline: deadline)
    for rank in [1, 0, 2] {
      watches[rank]?.end(.done)
      watches[rank] = nil
    }
    Thread.sleep(forTimeInterval: deadline + Self.pause)
    XCTAssertEqual(record.lines.count, 0)
    XCTAssertEqual(record.codes, [:])
  }

  /// The rank that failed has the word, even if others go before.
  func testAFailureSilencesTheOthers() throws {
    for failed in [0, 1] {
      record = Record()
      watches = []
      try start(ranks: 3)
      watches[failed]?.end(.failed(code: 7))
      watches[2] = nil
      Thread.sleep(forTimeInterval: 0.15)
      XCTAssertEqual(record.codes, [:])
      // Where it does not end the job, they end by themselves.
      wait(until: { record.codes == [0: 7, 1: 7] }, "ends")
      XCTAssertEqual(record.lines.count, 0)
    }
  }

  func testTheRankThatDoesNotWaitIsStuck() throws {
    try start(ranks: 3, deadline: 0.3)
    activities[1].enter(.loading, step: 4)
    activities[0].beginExchange()
    activities[2].beginExchange()
    try assertEnd(
      [0: 5, 1: 5, 2: 5], speaker: 0,
      ["rank 1 (pid 101 on host a) is stuck in step 5, loading: it has got no further for 0.3 s"])
    XCTAssertEqual(try verdict().code, .stuck)
  }

  /// Before its silence is long enough to be the reason.
  func testARankThatFellSilentIsStuckWhereTheOthersWait() throws {
    let deadline = 2.0
    try startFirst(of: 2, deadline: deadline)
    // Heard twice before it is found: well before, on a machine that is busy with other things too.
    timing.beat = 0.6 * deadline
    join(1)
    activities[0].enter(.forward, step: 3)
    activities[0].beginExchange()
    try assertEnd(
      [0: 5, 1: 5], speaker: 0,
      ["rank 1 (pid 101 on host a) is stuck in step 4, forward: it has got no further for 2"])
  }

  func testARankThatWasNeverHeardIsStuck() throws {
    for ranks in [2, 3] {
      (record, watches) = (Record(), [])
      try? FileManager.default.removeItem(atPath: Verdict.path(inFolder: folder))
      try start(ranks: ranks, without: 1, deadline: 0.3)
      activities[0].beginExchange()
      // Has left an exchange behind that rank 0 is in: still, who was never heard comes first.
      for _ in 0..<2 { activities[ranks - 1].beginExchange() }
      try assertEnd(
        ranks == 2 ? [0: 5] : [0: 5, 2: 5], speaker: 0,
        ["rank 1 (pid 101 on host a) is stuck at the start: all others wait, and it has not been"])
    }
  }

  func testARankAloneIsLeftInPeace() throws {
    try start(ranks: 1, deadline: 0.3)
    Thread.sleep(forTimeInterval: 1)
    XCTAssertEqual(record.lines.count, 0)
    XCTAssertEqual(record.codes, [:])
  }

  func testProgressOfOneRankPutsTheDeadlineOff() throws {
    try start(ranks: 2, deadline: 0.3)
    activities[1].beginExchange()
    for _ in 0..<30 {
      activities[0].advance()
      Thread.sleep(forTimeInterval: 0.03)
    }
    XCTAssertEqual(record.lines.count, 0)
    XCTAssertEqual(record.codes, [:])
  }

  func testAnExchangeThatGoesOnIsNotStuckHoweverLong() throws {
    try start(ranks: 2, deadline: 0.3)
    for activity in activities { activity.beginExchange() }
    for _ in 0..<30 {
      activities[1].advance()
      Thread.sleep(forTimeInterval: 0.03)
    }
    XCTAssertEqual(record.codes, [:])
    wait(until: { record.codes == [0: 5, 1: 5] }, "once nothing moves")
  }

  func testTheLossOfOneOfHundredsIsTold() throws {
    let ranks = 200
    try start(ranks: ranks, beat: 0.5)
    let before = processorSeconds
    Thread.sleep(forTimeInterval: 4)
    let cost = (processorSeconds - before) / Double(4 * ranks)
    XCTAssertLessThan(cost, Self.costLimit)
    watches[137] = nil
    try assertEnd(
      Dictionary(uniqueKeysWithValues: (0..<ranks).filter { $0 != 137 }.map { ($0, 4) }),
      speaker: 0, ["rank 137 (pid 237 on host a) was lost"])
  }

  func testALackOfMemoryIsSuspected() throws {
    try start(ranks: 2, memory: 1_000)
    watches[1] = nil
    try assertEnd([0: 4], speaker: 0, ["its process ended, perhaps for lack of memory"])
  }

  func testAVerdictThatIsThereIsNotRepeated() throws {
    try start(ranks: 2)
    try Data().write(to: URL(fileURLWithPath: Verdict.path(inFolder: folder)))
    watches[1] = nil
    wait(until: { record.codes == [0: 4] }, "rank 0 ended")
    XCTAssertEqual(record.lines.count, 0)
  }

  func testAFolderThatIsGoneDoesNotSilence() throws {
    try start(ranks: 2)
    try FileManager.default.removeItem(atPath: folder + "/ranks")
    watches[1] = nil
    wait(until: { record.codes == [0: 4] }, "rank 0 ended")
    XCTAssertEqual(record.lines.map(\.rank), [0])
  }
}
