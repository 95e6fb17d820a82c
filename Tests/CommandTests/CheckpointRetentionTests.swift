import Foundation
import XCTest

/// Which checkpoints stay, and that killed writers leave good ones.
final class CheckpointRetentionTests: TrainingTestCase {
  private struct Evaluation: Decodable {
    let step: Int
    let validationTop1: Double
  }

  /// Few values, because there are many files to write.
  private let tiny = [
    "network.width=0.05", "network.depth=0.1", "optimizer.kind=sgd", "averaging.decay=0",
  ]

  private func name(_ step: Int) -> String { "checkpoint-" + String(format: "%08d", step) + ".h5" }

  func testTheNewestTheBestAndMilestonesStay() throws {
    try prepare()
    // 60 images in batches of 16: four steps an epoch.
    let keeping =
      tiny + [
        "training.evaluateEveryEpochs=1", "checkpoint.everyEpochs=1", "checkpoint.keep=2",
        "checkpoint.keepBest=2", "checkpoint.milestoneEveryEpochs=3",
      ]
    func expected(_ output: String, last: Int) throws -> [String] {
      let text = try String(contentsOfFile: path("\(output)/log.jsonl"), encoding: .utf8)
      let evaluations = text.split(separator: "\n").compactMap {
        try? JSONDecoder().decode(Evaluation.self, from: Data($0.utf8))
      }
      XCTAssertEqual(evaluations.map(\.step), Array(stride(from: 4, through: last, by: 4)))
      let best = evaluations.sorted {
        ($1.validationTop1, $0.step) < ($0.validationTop1, $1.step)
      }.prefix(2).map(\.step)
      let milestones = Array(stride(from: 12, through: last, by: 12))
      return Set(best + milestones + [last - 4, last]).sorted().map(name)
    }
    _ = try hash("run", keeping + ["training.steps=32"])
    XCTAssertEqual(checkpoints("run"), try expected("run", last: 32))
    // The log knows the earlier evaluations.
    _ = try hash("run", keeping + ["training.steps=48"], ["--resume"], ranks: 2)
    XCTAssertEqual(checkpoints("run"), try expected("run", last: 48))
  }

  func testAKilledWriterLeavesARunThatGoesOnToTheSameBits() throws {
    try prepare()
    let steps = tiny + ["training.steps=150"]
    let expected = try hash("undisturbed", steps)
    let saving = steps + ["checkpoint.everySteps=1"]
    var (kills, random) = (0, UInt32(1))
    while kills < 24 {
      let before = checkpoints("run").filter { $0.hasSuffix(".h5") }.last
      let command = try start(train("run", saving, kills == 0 ? [] : ["--resume"]))
      // It must have got somewhere, or the run would never end.
      try command.run(
        until: {
          checkpoints("run").contains { $0.hasSuffix(".partial") }
            && checkpoints("run").filter { $0.hasSuffix(".h5") }.last ?? "" > before ?? ""
        }, "a checkpoint was being written")
      random = random &* 1_664_525 &+ 1_013_904_223
      usleep(random >> 20)
      try command.signal(SIGKILL)
      _ = try command.outcome(within: 10)
      XCTAssertFalse(exists("run/summary.json"), "the run was over before kill \(kills)")
      kills += 1
    }
    XCTAssertEqual(try hash("run", steps, ["--resume"], ranks: 2), expected)
    XCTAssertEqual(try loggedSteps("run"), Array(1...150))
  }

  func testADamagedCheckpointIsNeitherDeletedNorInTheWay() throws {
    try prepare()
    let saving = ["checkpoint.everySteps=2", "checkpoint.keep=1"]
    let expected = try hash("undisturbed", saving)
    for (kind, damage) in [
      ("file", { [self] in try truncate("run/\(name(4))") }),
      (
        "folder",
        { [self] in
          try FileManager.default.removeItem(atPath: path("run/\(name(4))"))
          try FileManager.default.createDirectory(
            atPath: path("run/\(name(4))"), withIntermediateDirectories: false)
          try write("mine\n", to: "run/\(name(4))/note")
        }
      ),
    ] as [(String, () throws -> Void)] {
      _ = try hash("run", ["checkpoint.everySteps=2", "training.steps=4"])
      try damage()
      let outcome = try effnet(train("run", saving, ["--resume"]))
      XCTAssertEqual(outcome.exitCode, 0, "\(kind): \(outcome.errors)")
      XCTAssertTrue(outcome.errors.contains("passed over"), "\(kind): \(outcome.errors)")
      XCTAssertEqual(checkpoints("run"), [name(4) + ".set-aside", name(8)], kind)
      XCTAssertEqual(try summary("run").stateSHA256, expected, kind)
      try FileManager.default.removeItem(atPath: path("run"))
    }
  }

  func testAnotherRunsCheckpointIsPassedOver() throws {
    try prepare()
    let half = ["checkpoint.everySteps=2", "training.steps=4"]
    let expected = try hash("undisturbed")
    _ = try hash("run", half)
    _ = try hash("other", half + ["schedule.learningRate=0.02"])
    try FileManager.default.removeItem(atPath: path("run/\(name(4))"))
    try copy("other/\(name(4))", to: "run/\(name(4))")
    let outcome = try effnet(train("run", [], ["--resume"]))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(outcome.errors.contains("is of another run than this folder"), outcome.errors)
    XCTAssertEqual(try summary("run").stateSHA256, expected)
  }

  func testOnlyCheckpointsOfTheRunAreCountedAndDeleted() throws {
    try prepare()
    let half = ["checkpoint.everySteps=2", "training.steps=4"]
    _ = try hash("run", half)
    _ = try hash("other", half + ["schedule.learningRate=0.02"])
    try FileManager.default.removeItem(atPath: path("run/\(name(2))"))
    try copy("other/\(name(2))", to: "run/\(name(2))")
    let saving = ["checkpoint.everySteps=2", "checkpoint.keep=1", "checkpoint.keepBest=0"]
    let outcome = try effnet(train("run", saving, ["--resume"]))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertEqual(outcome.messages.count, 1, "told once: \(outcome.errors)")
    for part in ["not counted", "run/\(name(2)) is of another run"] {
      XCTAssertTrue(outcome.errors.contains(part), outcome.errors)
    }
    XCTAssertEqual(checkpoints("run"), [name(2), name(8)])
  }

  func testADamagedCheckpointIsNotCountedLaterOn() throws {
    try prepare()
    _ = try hash("run", ["checkpoint.everySteps=2", "training.steps=4"])
    try truncate("run/\(name(4))")
    try write("mine\n", to: "run/\(name(4)).set-aside")
    // What cannot be unlinked.
    try FileManager.default.createDirectory(
      atPath: path("run/\(name(5)).partial"), withIntermediateDirectories: false)
    let outcome = try effnet(
      train("run", ["checkpoint.everySteps=3", "training.steps=6"], ["--resume"]))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(
      outcome.errors.contains("run/\(name(5)).partial cannot be removed: is a directory"),
      outcome.errors)
    try FileManager.default.removeItem(atPath: path("run/\(name(5)).partial"))
    try succeed(train("run", ["checkpoint.keep=3"], ["--resume"]))
    XCTAssertEqual(
      checkpoints("run"),
      [name(3), name(4) + ".set-aside", name(4) + ".set-aside-2", name(6), name(8)])
    XCTAssertEqual(
      try String(contentsOfFile: path("run/\(name(4)).set-aside"), encoding: .utf8), "mine\n")
  }
}
