import Foundation
import XCTest

final class ProgressiveLearningTests: TrainingTestCase {
  func testARunGoesOnWithinAStageOnAnyNumberOfRanks() throws {
    try prepare()
    // Stages begin after steps 0, 3 and 6; what goes on does so in the middle of the second.
    let overrides = [
      "training.steps=9", "training.progressiveStages=3", "training.firstResolution=16",
      "training.firstDropout=0", "checkpoint.everySteps=4", "checkpoint.keep=9",
    ]
    let expected = try hash("run", overrides)
    XCTAssertNotEqual(try hash("plain", ["training.steps=9"]), expected)
    for ranks in [1, 2, 3] {
      let output = "again-\(ranks)"
      try copy("run", to: output)
      for step in [8, 9] {
        try FileManager.default.removeItem(
          atPath: path("\(output)/checkpoint-0000000\(step).h5"))
      }
      XCTAssertEqual(
        try hash(output, overrides, ["--resume"], ranks: ranks), expected, "\(ranks) ranks")
      XCTAssertEqual(try loggedSteps(output).filter { $0 == 4 }.count, 1)
    }
  }

  func testStagesAreToldWhenTheyBeginAndOnThePage() throws {
    try prepare()
    let overrides = [
      "training.steps=5", "training.progressiveStages=3", "training.firstResolution=16",
      "training.firstDropout=0",
    ]
    let lines = try succeed(train("run", overrides), ranks: 2).output.split(separator: "\n")
    let stages = [
      ("stage 1 of 3", "step 1: resolution 16, dropout 0"),
      ("stage 2 of 3", "steps 2 to 3: resolution 24, dropout 0.1"),
      ("stage 3 of 3", "steps 4 to 5: resolution 32, dropout 0.2"),
    ]
    XCTAssertEqual(
      lines.filter { $0.hasPrefix("stage ") }, stages.map { "\($0.0), \($0.1)" })
    let second = try XCTUnwrap(lines.firstIndex { $0.hasPrefix("stage 2") })
    XCTAssertTrue(lines[second - 1].hasPrefix("step 1/5 "), "\(lines)")
    let page = try String(contentsOfFile: path("run/report.html"), encoding: .utf8)
    for (name, value) in stages {
      XCTAssertTrue(page.contains(name) && page.contains(value), "no \(value)")
    }
  }

  func testMoreStagesThanStepsAreRefused() throws {
    try prepare()
    for length in ["training.epochs=1", "training.steps=4"] {
      try assertFails(
        train(
          "run", [length, "training.progressiveStages=9", "training.firstResolution=16"]),
        ranks: 2, code: 2,
        ["training.progressiveStages: 9 are more than the steps of the run, 4", "fewer stages"])
      XCTAssertFalse(exists("run"))
    }
  }

  func testEvaluationMayHaveAnotherResolution() throws {
    try prepare()
    let larger = "network.evaluationResolution=48"
    XCTAssertEqual(try hash("larger", [larger]), try hash("same"), "training is the same")
    let (own, trained) = (
      try XCTUnwrap(loggedEvaluations("larger").last), try XCTUnwrap(loggedEvaluations("same").last)
    )
    XCTAssertNotEqual(own.loss, trained.loss)
    let results = try [1, 2].map {
      try succeed(["evaluate", "larger/checkpoint-00000008.h5"], ranks: $0).output
    }
    XCTAssertEqual(results[0], results[1])
  }
}
