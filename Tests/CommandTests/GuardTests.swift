import Foundation
import XCTest

/// Steps whose loss or gradient is bad.
final class GuardTests: TrainingTestCase {
  private struct Line: Decodable {
    let step: Int
    let loss: Double?
    let notice: String?
  }

  private func lines(_ output: String) throws -> [Line] {
    let text = try String(contentsOfFile: path("\(output)/log.jsonl"), encoding: .utf8)
    return try text.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }

  private func skipped(_ output: String) throws -> [Int] {
    try lines(output).filter { $0.notice?.hasPrefix("skipped: the loss of step") ?? false }.map(
      \.step)
  }

  /// A limit that some steps of the run are above, and not the first one.
  private func limit() throws -> Double {
    try succeed(train("measured", ["training.steps=12"]))
    let losses = try lines("measured").compactMap(\.loss).dropFirst().sorted()
    return (losses[losses.count - 2] + losses[losses.count - 1]) / 2
  }

  func testSkippedStepsLeaveTheSameBitsAfterAnInterruptionAndOnOtherRanks() throws {
    try prepare()
    let skipping = ["training.badStep=skip", "training.largestLoss=\(try limit())"]
    func run(_ output: String, _ steps: Int, ranks: Int? = nil, _ options: [String] = []) throws {
      let outcome = try effnet(
        train(output, skipping + ["training.steps=\(steps)"], options), ranks: ranks)
      XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    }
    try run("undisturbed", 12)
    let skips = try skipped("undisturbed")
    let first = try XCTUnwrap(skips.first, "no step was above the limit")
    XCTAssertLessThan(skips.count, 12)
    let undisturbed = try summary("undisturbed")
    XCTAssertEqual(undisturbed.step, 12)
    XCTAssertEqual(try loggedSteps("undisturbed"), (1...12).filter { !skips.contains($0) })

    // Right behind the skipped step, which must count, and nothing of it.
    try run("interrupted", first)
    try run("interrupted", 12, ranks: 3, ["--resume"])
    XCTAssertEqual(try summary("interrupted").stateSHA256, undisturbed.stateSHA256)
    XCTAssertEqual(try skipped("interrupted"), skips)
    try run("ranks", 12, ranks: 2)
    XCTAssertEqual(try summary("ranks").stateSHA256, undisturbed.stateSHA256)
  }

  func testNothingOfASkippedStepIsKept() throws {
    try prepare()
    func hash(of output: String) throws -> String {
      let report = try succeed(["inspect", "\(output)/checkpoint-00000001.h5", "--json"]).output
      struct Report: Decodable { let stateSHA256: String }
      return try JSONDecoder().decode(Report.self, from: Data(report.utf8)).stateSHA256
    }
    // A limit below any loss, and a rate of another run: where nothing is kept, both are the start.
    let never = ["training.steps=1", "training.badStep=skip", "training.largestLoss=0.0001"]
    for (output, rate) in [("one", "0.01"), ("other", "0.5")] {
      let outcome = try effnet(train(output, never + ["schedule.learningRate=\(rate)"]))
      XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    }
    XCTAssertEqual(try hash(of: "one"), try hash(of: "other"))
    XCTAssertEqual(try skipped("one"), [1])
  }

  func testTenBadStepsInARowEndTheRunAlsoAcrossAnInterruption() throws {
    try prepare()
    let never = ["training.badStep=skip", "training.largestLoss=0.0001", "training.steps=20"]
    for ranks in [nil, 2] {
      let output = "run\(ranks ?? 1)"
      try assertStopsAfterTen(output, never, ranks: ranks)
    }
    let half = ["training.badStep=skip", "training.largestLoss=0.0001", "training.steps=6"]
    XCTAssertEqual(try effnet(train("half", half)).exitCode, 0)
    try assertStopsAfterTen("half", never, ["--resume"], ranks: 2)
    XCTAssertEqual(try skipped("half"), Array(1...9))
  }

  private func assertStopsAfterTen(
    _ output: String, _ overrides: [String], _ options: [String] = [], ranks: Int?,
    line: UInt = #line
  ) throws {
    let outcome = try effnet(train(output, overrides, options), ranks: ranks)
    XCTAssertEqual(outcome.exitCode, 6, outcome.errors, line: line)
    XCTAssertTrue(
      outcome.messages.contains {
        $0.contains("the loss of step 10 is") && $0.contains("the 9 steps before")
          && $0.contains(options.isEmpty ? "there is no checkpoint yet" : "00000006.h5")
      }, outcome.errors, line: line)
  }

  func testABadStepEndsTheRunAndNamesTheLastGoodCheckpoint() throws {
    try prepare()
    let half = ["training.steps=4", "checkpoint.everySteps=2"]
    _ = try hash("run", half)
    for ranks in [nil, 2] {
      try assertFails(
        train("run", ["training.largestLoss=0.0001"], ["--resume"]), ranks: ranks, code: 6,
        [
          "the loss of step 5 is", "above training.largestLoss (0.0001)",
          "go on from run/checkpoint-00000004.h5 with --resume",
        ])
    }
    XCTAssertEqual(
      checkpoints("run"), ["checkpoint-00000002.h5", "checkpoint-00000004.h5"])
  }

  func testALossThatIsNoNumberIsSkippedToo() throws {
    try prepare()
    // The first step poisons the weights: every later loss is infinite or not a number.
    let outcome = try effnet(
      train("run", ["training.badStep=skip", "schedule.learningRate=1e30", "training.steps=20"]))
    XCTAssertEqual(outcome.exitCode, 6, outcome.errors)
    XCTAssertTrue(outcome.errors.contains("step 11 "), outcome.errors)
    XCTAssertEqual(checkpoints("run"), [])
  }
}
