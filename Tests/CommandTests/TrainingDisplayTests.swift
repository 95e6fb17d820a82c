import XCTest

/// What a run tells people beside its numbers.
final class TrainingDisplayTests: TrainingTestCase {
  private func lines(_ arguments: [String]) throws -> [String] {
    try succeed(arguments).output.split(separator: "\n").map(String.init)
  }

  func testARunThatGoesOnTellsEveryKeyThatHasChanged() throws {
    try prepare()
    _ = try hash("run", ["training.steps=4"])
    let changes = [
      "network.evaluationResolution=40", "data.rotation=10", "training.steps=6",
      "training.progressiveStages=2", "training.firstResolution=16",
    ]
    let told = try lines(train("run", changes, ["--resume"]))
    let first = try XCTUnwrap(told.firstIndex(of: "going on after step 4"))
    XCTAssertEqual(
      told[(first + 1)...].prefix { $0.contains(" was ") },
      [
        "network.evaluationResolution was left out and is now 40",
        "data.rotation was 15.0 and is now 10.0",
        "training.steps was 4 and is now 6",
        "training.progressiveStages was 1 and is now 2",
        "training.firstResolution was left out and is now 16",
        "training.firstDropout was left out and is now 0.1",
        "training.firstMagnitude was left out and is now 5.0",
        "training.firstMixup was left out and is now 0.0",
        "training.firstCutmix was left out and is now 0.0",
      ])
    let again = try lines(
      train("run", ["training.steps=null", "training.epochs=3"], ["--resume"]))
    for line in [
      "training.steps was 6 and is now left out", "training.epochs was left out and is now 3",
      "network.evaluationResolution was 40 and is now left out",
    ] { XCTAssertTrue(again.contains(line), "no \(line) in \(again)") }
    let last = try lines(train("run", ["training.steps=null", "training.epochs=4"], ["--resume"]))
    XCTAssertEqual(
      last.filter { $0.contains(" and is now ") }, ["training.epochs was 3 and is now 4"])
    // A run that is finished takes no notice.
    let finished = try effnet(
      train("run", ["training.steps=null", "training.epochs=4", "data.rotation=11"], ["--resume"]))
    XCTAssertEqual(finished.exitCode, 0, finished.errors)
    XCTAssertTrue(finished.errors.contains("is finished"), finished.errors)
    XCTAssertFalse(finished.output.contains(" and is now "), finished.output)
  }

  func testWhatIsRecommendedNextCanBeDone() throws {
    try prepare()
    for (output, validation, next) in [
      ("with", "data/validation-*.h5", "evaluate"), ("without", "null", "inspect"),
    ] {
      let told = try lines(
        train(output, ["training.steps=1", "data.validation=\(validation)"]))
      let command = "effnet \(next) \(output)/checkpoint-00000001.h5"
      XCTAssertEqual(told.last, "page: \(output)/report.html; next: \(command)")
      try succeed(command.split(separator: " ").dropFirst().map(String.init))
      XCTAssertTrue(told.contains { $0.contains("; 1 step of 4 an epoch;") }, "\(told)")
    }
  }

  func testTheFolderOfARunIsInspectedByItsNewestCheckpoint() throws {
    try prepare()
    _ = try hash("run", ["training.steps=2", "checkpoint.everySteps=1", "checkpoint.keep=2"])
    XCTAssertEqual(
      try succeed(["inspect", "run"]).output,
      try succeed(["inspect", "run/checkpoint-00000002.h5"]).output)
    try assertFails(
      ["inspect", "run", "--classes", "3"], code: 2, ["a configuration, not with a checkpoint"])
    try assertFails(["inspect", "run", "--verify"], code: 2, ["--verify is for shards"])
    for step in 1...2 {
      try FileManager.default.removeItem(atPath: path("run/checkpoint-0000000\(step).h5"))
    }
    try assertFails(
      ["inspect", "run"], code: 3, ["run that has no checkpoint yet", "run/configuration.yaml"])
    try succeed(["inspect", "run/configuration.yaml"])
  }
}
