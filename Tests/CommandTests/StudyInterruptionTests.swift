import Foundation
import XCTest

/// Studies whose ranks are killed or stopped, and that go on.
final class StudyInterruptionTests: StudyTestCase {
  /// Starts a study that goes on from its ledger, and waits until that has some lines.
  private func start(_ output: String, ranks: Int, untilLines count: Int) throws -> Command {
    let command = try start(search(output, [], ["--resume"]), ranks: ranks)
    try command.run(until: { ledgerLines(output) >= count }, "\(count) lines of the ledger")
    return command
  }

  func testAStudyGoesOnAfterItsRanksWereKilledAndStopped() throws {
    try prepareStudy()
    try succeed(search("undisturbed"))
    let expected = try resultsHash("undisturbed")
    // One line is of the session.
    let lost = try start("run", ranks: 2, untilLines: 2)
    try lost.signal(SIGKILL, rank: 1)
    let outcome = try lost.outcome(within: 20)
    XCTAssertNotEqual(outcome.exitCode, 0)
    XCTAssertTrue(
      outcome.messages.contains { $0.contains("rank 1 (pid") && $0.contains("was lost") },
      outcome.errors)

    let killed = try start("run", ranks: 3, untilLines: 4)
    for rank in 0..<3 { try? killed.signal(SIGKILL, rank: rank) }
    XCTAssertNotEqual(try killed.outcome(within: 20).exitCode, 0)

    let stopped = try start("run", ranks: 2, untilLines: 6)
    try stopped.signal(SIGTERM, rank: 1)
    let saved = try stopped.outcome(within: 20)
    XCTAssertEqual(saved.exitCode, 143, saved.errors)
    XCTAssertEqual(saved.messages.count, 1)
    XCTAssertTrue(
      saved.messages[0].hasPrefix("effnet: stopped by SIGTERM after ")
        && saved.messages[0].hasSuffix(" trainings; saved, go on with --resume"), saved.errors)
    XCTAssertFalse(exists("run/results.json"), "the study was over before it was stopped")

    try succeed(search("run", [], ["--resume"]), ranks: 2)
    XCTAssertEqual(try resultsHash("run"), expected)
    XCTAssertEqual(ledgerLines("run"), ledgerLines("undisturbed"))
  }

  func testASignalToTheSecondRankOfATrainingStopsTheStudy() throws {
    try prepareStudy()
    let command = try start(
      search("run", ["training.epochs=400"], ["--slots", "1"]), ranks: 2)
    try command.run(
      until: { (files("run/trials") ?? []).contains { exists("run/trials/\($0)/log.jsonl") } },
      "the first training")
    try command.signal(SIGINT, rank: 1)
    let outcome = try command.outcome(within: 20)
    XCTAssertEqual(outcome.exitCode, 130, outcome.errors)
    XCTAssertEqual(ledgerLines("run"), 1)
  }

  func testASecondJobWaitsForTheFolderUntilItIsStopped() throws {
    try prepareStudy()
    let long = ["training.epochs=2000"]
    let first = try start(search("run", long))
    try first.run(until: { ledgerLines("run") > 0 }, "the ledger")
    try assertFails(
      search("run", long), code: 2, ["already has a study", "--resume", "another --output"])
    let second = try start(search("run", long, ["--resume"]), ranks: 2)
    try second.run(
      until: { second.errors.contains("another run is writing in") }, "it told of the first")
    try second.signal(SIGTERM, rank: 0)
    let outcome = try second.outcome(within: 20)
    XCTAssertEqual(outcome.exitCode, 143, outcome.errors)
    try first.signal(SIGTERM)
    XCTAssertEqual(try first.outcome(within: 20).exitCode, 143)
  }
}
