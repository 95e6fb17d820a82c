import Foundation
import XCTest

/// `effnet search` and what it says.
final class StudyCommandTests: StudyTestCase {
  private struct Status: Decodable {
    let kind, state: String
    let jobs, done, diverged: Int
    let isFinished: Bool
  }

  private func status(_ output: String) throws -> Status {
    let text = try effnet(["search", "status", output, "--json"]).output
    return try JSONDecoder().decode(Status.self, from: Data(text.utf8))
  }

  func testAStudyGoesOnOnlyWithTheSameQuestionAndMendsItsLedger() throws {
    try prepareStudy()
    let short = ["training.epochs=3"]
    let told = try succeed(search("run", short), ranks: 2).output
    XCTAssertTrue(told.contains("scaling: ") && told.contains("2 ranks; output in run"), told)
    XCTAssertTrue(told.contains("8/8  "), told)
    let (hash, lines) = (try resultsHash("run"), ledgerLines("run"))
    let done = try status("run")
    XCTAssertEqual(done.kind, "scaling")
    XCTAssertEqual([done.jobs, done.done, done.diverged], [8, 8, 0])
    XCTAssertTrue(done.isFinished)
    XCTAssertEqual(done.state, "finished")

    try assertFails(search("run", short), code: 2, ["already has a study"])
    for (kind, overrides, parts) in [
      ("grid", short, ["a study of kind scaling, not grid"]),
      ("scaling", [], ["training.epochs was 3 and is now 20"]),
      ("scaling", short + ["search.seed=2"], ["search.seed was 1 and is now 2"]),
      (
        "scaling", short + ["batch.size=16", "schedule.learningRate=1"],
        ["batch.size was 8 and is now 16 (and 1 more)"]
      ),
    ] {
      try assertFails(search("run", overrides, ["--resume"], kind: kind), code: 2, parts)
    }

    try FileManager.default.removeItem(atPath: path("run/results.json"))
    let ledger = try Data(contentsOf: URL(fileURLWithPath: path("run/ledger.jsonl")))
    try ledger.dropLast(9).write(to: URL(fileURLWithPath: path("run/ledger.jsonl")))
    let torn = try status("run")
    XCTAssertEqual([torn.jobs, torn.done], [8, 7])
    XCTAssertEqual(torn.state, "stopped")
    XCTAssertFalse(torn.isFinished)
    let outcome = try effnet(search("run", short, ["--resume"]), ranks: 2)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(
      outcome.messages.contains { $0.contains("line \(lines) was not written to its end") },
      outcome.errors)
    XCTAssertEqual(try resultsHash("run"), hash)
    XCTAssertEqual(ledgerLines("run"), lines)
  }

  func testAReportTakesNoResultsAway() throws {
    try prepareStudy()
    try succeed(search("run", ["training.epochs=3"]), ranks: 2)
    let names = ["results.json", "winner.yaml", "winner-keras.json"].filter { exists("run/\($0)") }
    XCTAssertTrue(names.contains("results.json"))
    func written() throws -> [Date] {
      try names.map {
        try XCTUnwrap(
          FileManager.default.attributesOfItem(atPath: path("run/\($0)"))[.modificationDate]
            as? Date)
      }
    }
    let hash = try resultsHash("run")
    let before = try written()
    // Somebody else has the folder, and may be about to end.
    let lock = open(path("run/.lock"), O_RDWR | O_CLOEXEC)
    XCTAssertEqual(flock(lock, LOCK_EX | LOCK_NB), 0)
    let running = try succeed(["search", "report", "run"])
    XCTAssertTrue(running.output.contains("the study is running"), running.output)
    XCTAssertEqual(try written(), before)
    XCTAssertEqual(try status("run").state, "finished")
    // Whoever has it is about to write a line.
    let whole = try Data(contentsOf: URL(fileURLWithPath: path("run/ledger.jsonl")))
    try whole.dropLast(9).write(to: URL(fileURLWithPath: path("run/ledger.jsonl")))
    let unfinished = try effnet(["search", "status", "run"])
    XCTAssertEqual(unfinished.errors, "")
    XCTAssertTrue(unfinished.output.contains("7 of 8 trainings; running"), unfinished.output)
    let planned = try succeed(search("run", ["training.epochs=3"], ["--resume", "--plan"]))
    XCTAssertTrue(planned.output.contains("of which 7 are done"), planned.output)
    XCTAssertFalse(planned.errors.contains("was not written to its end"), planned.errors)
    try whole.write(to: URL(fileURLWithPath: path("run/ledger.jsonl")))
    close(lock)
    let anew = try succeed(["search", "report", "run"])
    XCTAssertTrue(anew.output.contains("results: run/results.json"), anew.output)
    XCTAssertEqual(try resultsHash("run"), hash)
    // A line that does not count takes a result from the page alone.
    var ledger = try Data(contentsOf: URL(fileURLWithPath: path("run/ledger.jsonl")))
    ledger[ledger.count / 2] ^= 1
    try ledger.write(to: URL(fileURLWithPath: path("run/ledger.jsonl")))
    let rewritten = try written()
    let holed = try effnet(["search", "report", "run"])
    XCTAssertEqual(holed.exitCode, 0, holed.errors)
    XCTAssertTrue(holed.errors.contains("does not count"), holed.errors)
    XCTAssertTrue(holed.errors.contains("results.json, and what was written with it"), holed.errors)
    XCTAssertTrue(holed.output.contains("the study is stopped; go on with: "), holed.output)
    XCTAssertEqual(try written(), rewritten)
  }

  func testAPlanWritesNothing() throws {
    try prepareStudy()
    let few = ["search.directions=[depth]", "search.seeds=4"]
    let before = files(".")
    let shown = try succeed(search("run", few, ["--plan"])).output
    XCTAssertTrue(shown.contains("8 trainings"), shown)
    let text = try succeed(search("run", few, ["--plan", "--json"]), ranks: 2).output
    XCTAssertEqual(files("."), before)
    struct Plan: Decodable {
      struct Network: Decodable { let name: String }
      let kind: String
      let networks: [Network]
      let jobs, done, ranks: Int
      let seconds, rankSeconds: Double
    }
    let plan = try JSONDecoder().decode(Plan.self, from: Data(text.utf8))
    XCTAssertEqual(plan.kind, "scaling")
    XCTAssertEqual(plan.networks.map(\.name), ["base", "depth ×2"])
    XCTAssertEqual([plan.jobs, plan.done, plan.ranks], [8, 0, 2])
    XCTAssertGreaterThan(plan.seconds, 0)
    XCTAssertGreaterThan(plan.rankSeconds, plan.seconds)
  }

  func testAPlanIsRefusedWhereTheStudyWouldBe() throws {
    try prepareStudy()
    let few = ["search.directions=[depth]", "training.epochs=3"]
    try succeed(search("run", few))
    let before = files(".")
    for (kind, overrides, options, parts) in [
      ("scaling", few, [], ["already has a study"]),
      ("scaling", few + ["search.seed=2"], ["--resume"], ["search.seed was 1 and is now 2"]),
      ("grid", few, ["--resume"], ["a study of kind scaling, not grid"]),
    ] {
      try assertFails(
        search("run", overrides, options + ["--plan"], kind: kind), code: 2, parts)
    }
    let more = try succeed(search("run", few + ["search.seeds=3"], ["--resume", "--plan"])).output
    XCTAssertTrue(more.contains("6 trainings or parts of one, of which 4 are done"), more)
    XCTAssertEqual(files("."), before)
  }

  /// What must be in the folder of a study beside its ledger, and what if it is not.
  func testAFolderThatLacksAPartOfItsStudySaysWhatToDo() throws {
    try prepareStudy()
    let few = ["search.directions=[depth]", "training.epochs=3"]
    try succeed(search("run", few))
    func commands() -> [[String]] {
      [
        search("run", few, ["--resume"]), search("run", few, ["--resume", "--plan"]),
        ["search", "status", "run"], ["search", "report", "run"],
      ]
    }
    let configuration = try Data(contentsOf: URL(fileURLWithPath: path("run/configuration.yaml")))
    try FileManager.default.removeItem(atPath: path("run/configuration.yaml"))
    for command in commands() {
      try assertFails(command, code: 3, ["run/configuration.yaml", "put a copy in its place"])
    }
    try configuration.write(to: URL(fileURLWithPath: path("run/configuration.yaml")))

    let ledger = try Data(contentsOf: URL(fileURLWithPath: path("run/ledger.jsonl")))
    var damaged = ledger
    damaged[20] ^= 1
    try damaged.write(to: URL(fileURLWithPath: path("run/ledger.jsonl")))
    for command in commands() {
      try assertFails(command, code: 3, ["line 1, which tells what the study is", "put a copy"])
    }
    try FileManager.default.removeItem(atPath: path("run/ledger.jsonl"))
    for options in [[], ["--resume"]] {
      try assertFails(
        search("run", few, options), code: 2, ["has trainings of a study and no ledger.jsonl"])
    }
    try ledger.write(to: URL(fileURLWithPath: path("run/ledger.jsonl")))
    try succeed(search("run", few, ["--resume"]))
  }

  func testAConfigurationThatWasEditedIsTold() throws {
    try prepareStudy()
    let few = ["search.directions=[depth]", "training.epochs=3"]
    try succeed(search("run", few))
    let file = path("run/configuration.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    for (old, new, parts) in [
      ("  seeds: 2\n", "  seeds: 1\n", ["search.seeds was 2 and is now 1", "2 results in"]),
      ("  learningRate: 0.01\n", "  learningRate: 0.02\n", ["4 results in", "do not count"]),
    ] {
      let edited = text.replacing(old, with: new)
      XCTAssertNotEqual(edited, text)
      try edited.write(toFile: file, atomically: true, encoding: .utf8)
      let status = try effnet(["search", "status", "run"])
      for part in parts { XCTAssertTrue(status.errors.contains(part), "\(part): \(status.errors)") }
    }
  }

  func testResumingWhereNothingIsBeginsAloud() throws {
    try prepareStudy()
    let told = try effnet(
      search("new", ["search.directions=[depth]", "training.epochs=3"], ["--resume"]))
    XCTAssertEqual(told.exitCode, 0, told.errors)
    XCTAssertTrue(told.errors.contains("there is no study in new yet: it begins"), told.errors)
  }

  func testWhatCannotBeStudiedIsSaidInALine() throws {
    try prepareStudy()
    for (kind, overrides, parts) in [
      ("scaling", ["search.directions=[deep]"], ["search.directions: has 'deep'", "depth, width"]),
      ("scaling", ["search.hypotheses=[even > fast]"], ["even > fast needs", "direction fast"]),
      (
        "scaling",
        ["search.directions=[resolution]", "search.factors=[1.1]", "search.tolerance=0.001"],
        ["no network in direction resolution has 1.1 times", "give another factor"]
      ),
      ("grid", ["search.factors=[2, 3]"], ["search.factors has 2 factors", "a grid is of one"]),
      ("grid", ["data.holdOut=0"], ["data.holdOut is 0", "--set data.holdOut=0.2"]),
      ("grid", ["halving.epochs=[20]"], ["a rung after 20 epochs", "training.epochs (20)"]),
      ("architecture", ["space.bounds=[90, 99]"], ["section space leaves no network to draw"]),
      ("architecture", ["training.steps=5"], ["training.steps", "give training.epochs"]),
    ] {
      try assertFails(search("run", overrides, kind: kind), code: 2, parts)
    }
    try assertFails(["search", "status", "run"], code: 3, ["run has no study"])
    try assertFails(["search", "report", "run"], code: 3, ["run has no study"])
    try assertFails(search("run", [], ["--json"]), code: 2, ["--json goes with --plan"])
    try assertFails(search("run", [], ["--slots", "0"]), code: 2, ["slots"])
    try assertFails(
      search("run", ["data.train=none/*.h5"]), ranks: 2, code: 3, ["none"])
    XCTAssertFalse(exists("run"), "a study that is refused leaves no folder")
  }

  func testARecipeThatDivergesEndsTheStudyWithItsOwnCode() throws {
    try prepareStudy()
    let wild = ["training.largestLoss=0.001"]
    try assertFails(
      search("run", wild), ranks: 2, code: 6,
      ["of the first 8 trainings have diverged", "that is the recipe, not the networks"])
    try assertFails(search("run", wild, ["--resume"]), code: 6, ["not the networks"])
    let status = try status("run")
    XCTAssertEqual(status.diverged, status.done)
    XCTAssertEqual(status.state, "failed")
    let page = try String(contentsOfFile: path("run/report.html"), encoding: .utf8)
    XCTAssertTrue(page.contains("ended after"), page)
    XCTAssertTrue(page.contains("that is the recipe, not the networks"), page)
    XCTAssertGreaterThanOrEqual(status.done, 5)
  }
}
