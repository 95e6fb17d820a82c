import Foundation
import XCTest

final class InterruptionTests: TrainingTestCase {
  private var steps = 60

  /// Waits for a logged step.
  private func run(_ command: Command, _ output: String, untilStep step: Int) throws {
    try command.run(
      until: { ((try? loggedSteps(output)) ?? []).contains(step) }, "step \(step) was logged")
  }

  private func assertComplete(_ output: String, like hash: String, line: UInt = #line) throws {
    XCTAssertEqual(try summary(output).stateSHA256, hash, line: line)
    XCTAssertEqual(try loggedSteps(output), Array(1...steps), line: line)
    XCTAssertEqual(try loggedEvaluations(output).map(\.step), [steps], line: line)
  }

  func testARunWhoseRankWasKilledGoesOnWithOtherRanks() throws {
    try prepare()
    let long = ["training.steps=\(steps)"]
    let expected = try hash("undisturbed", long)
    let saving = long + ["checkpoint.everySteps=3"]
    for (output, ranks, killed) in [("lost-last", 4, 3), ("lost-first", 2, 0)] {
      let command = try start(train(output, saving), ranks: ranks)
      try command.run(until: { checkpoints(output).contains("checkpoint-00000006.h5") }, "step 6")
      try command.signal(SIGKILL, rank: killed)
      XCTAssertNotEqual(try command.outcome(within: 10).exitCode, 0)
      XCTAssertFalse(exists("\(output)/summary.json"), "the run was over before the kill")
      XCTAssertEqual(try hash(output, long, ["--resume"], ranks: 3), expected)
      try assertComplete(output, like: expected)
      XCTAssertEqual(checkpoints(output).filter { $0.hasSuffix(".partial") }, [])
    }
  }

  /// Stops a run by a signal, checks what it says and leaves, and goes on with `others` ranks.
  private func assertStops(
    by number: Int32, named name: String, code: Int32 = 143, ranks: Int? = nil, rank: Int? = nil,
    resuming others: Int? = nil
  ) throws {
    try prepare()
    // A process alone takes a step in milliseconds: enough for the signal to come before the last.
    if ranks == nil { steps = 200 }
    let long = ["training.steps=\(steps)"]
    let expected = try hash("undisturbed", long)
    let command = try start(train("run", long), ranks: ranks)
    try run(command, "run", untilStep: 2)
    try command.signal(number, rank: rank)
    let outcome = try command.outcome(within: 10)
    // mpirun passes on the code of the rank that ends first; all end with this one.
    XCTAssertEqual(outcome.exitCode, code, outcome.errors)
    let step = try XCTUnwrap(loggedSteps("run").last)
    XCTAssertLessThan(step, steps, "the run was over before the signal")
    XCTAssertEqual(
      outcome.messages,
      ["effnet: stopped by \(name) after step \(step); saved, go on with --resume"])
    XCTAssertEqual(
      checkpoints("run"), ["checkpoint-" + String(format: "%08d", step) + ".h5"])
    XCTAssertEqual(try hash("run", long, ["--resume"], ranks: others), expected)
    try assertComplete("run", like: expected)
  }

  func testTerminationSavesAndStops() throws {
    try assertStops(by: SIGTERM, named: "SIGTERM")
  }

  func testInterruptSavesAndStops() throws {
    try assertStops(by: SIGINT, named: "Ctrl-C", code: 130)
  }

  func testTerminationOfOneRankSavesAndStopsAll() throws {
    try assertStops(by: SIGTERM, named: "SIGTERM", ranks: 3, rank: 2)
  }

  func testInterruptOfOneRankSavesAndStopsAll() throws {
    try assertStops(by: SIGINT, named: "Ctrl-C", code: 130, ranks: 2, rank: 0, resuming: 3)
  }

  func testTheSignalOfABatchSystemToOneRankSavesAndStopsAll() throws {
    try assertStops(by: SIGUSR1, named: "SIGUSR1", ranks: 3, rank: 1)
  }

  func testTheLossOfTheTerminalIsCalledSo() throws {
    try assertStops(by: SIGHUP, named: "SIGHUP")
  }

  func testASignalDuringAnEvaluationEndsIt() throws {
    try prepare()
    try writeImages(count: 4000, to: "many.h5")
    try succeed(["pack", "many.h5", "many"])
    let long = ["training.steps=1000", "training.evaluateEveryEpochs=1"]
    let command = try start(
      train("run", long + ["data.validation=many/train-*.h5"]), ranks: 2)
    // The fourth step is the last of an epoch; its line is there before the evaluation begins.
    try run(command, "run", untilStep: 4)
    XCTAssertEqual(try loggedEvaluations("run").count, 0, "the evaluation was too quick")
    try command.signal(SIGTERM, rank: 1)
    let outcome = try command.outcome(within: 20)
    XCTAssertEqual(outcome.exitCode, 143, outcome.errors)
    XCTAssertEqual(
      outcome.messages, ["effnet: stopped by SIGTERM after step 4; saved, go on with --resume"])
    XCTAssertEqual(try loggedEvaluations("run").count, 0)
    XCTAssertEqual(checkpoints("run"), ["checkpoint-00000004.h5"])
  }

  func testRanksWaitForALargeCheckpointBeforeTheyStop() throws {
    try prepare()
    let large = [
      "network.width=1", "network.depth=1", "batch.size=4", "training.steps=1000",
    ]
    let command = try start(train("run", large), ranks: 2)
    try run(command, "run", untilStep: 1)
    try command.signal(SIGTERM, rank: 0)
    let outcome = try command.outcome(within: 20)
    XCTAssertEqual(outcome.exitCode, 143, outcome.errors)
    let step = try XCTUnwrap(loggedSteps("run").last)
    XCTAssertEqual(
      checkpoints("run"), ["checkpoint-" + String(format: "%08d", step) + ".h5"], outcome.errors)
  }

  func testARunStoppedAfterItsLastStepIsSummedUpOnResuming() throws {
    try prepare()
    let command = try start(train("run", ["training.steps=1000"]))
    try run(command, "run", untilStep: 2)
    try command.signal(SIGTERM)
    XCTAssertEqual(try command.outcome(within: 10).exitCode, 143)
    let step = try XCTUnwrap(loggedSteps("run").last)
    let resume = train("run", ["training.steps=\(step)"], ["--resume"])
    try succeed(resume)
    XCTAssertNotNil(try summary("run").top1)
    // Once more there is nothing to do, and nothing is touched.
    let before = try Data(contentsOf: URL(fileURLWithPath: path("run/summary.json")))
    let outcome = try effnet(resume, ranks: 2)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(outcome.messages.contains { $0.contains("is finished") }, outcome.errors)
    XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: path("run/summary.json"))), before)
    XCTAssertEqual(try loggedEvaluations("run").map(\.step), [step])
    XCTAssertEqual(try loggedSteps("run"), Array(1...step))
  }

  func testWhereMPIRunMayLeaveNoTimeToSaveThatIsSaid() throws {
    guard try Command.mpirun.get().family == .prrte else {
      throw XCTSkip("this mpirun leaves its ranks a second, or does not end them")
    }
    try prepare()
    let expected = try hash("undisturbed", ["training.steps=\(steps)"])
    let command = try start(train("run", ["training.steps=\(steps)"]), ranks: 2)
    try run(command, "run", untilStep: 2)
    try command.signal(SIGTERM)
    _ = try command.outcome(within: 20)
    // Whether mpirun still passes on what the ranks say is left to chance.
    let log = try String(contentsOfFile: path("run/ranks/0.log"), encoding: .utf8)
    XCTAssertTrue(log.contains("effnet: SIGTERM: saving, unless"), log)
    let outcome = try effnet(train("run", ["training.steps=\(steps)"], ["--resume"]))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertEqual(try summary("run").stateSHA256, expected)
  }
}
