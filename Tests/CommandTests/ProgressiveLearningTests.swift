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
