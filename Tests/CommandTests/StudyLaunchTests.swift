import Foundation
import XCTest

/// Studies are started, stopped and started again as runs are.
final class StudyLaunchTests: LaunchTestCase {
  /// Writes a study of two networks, of a fraction of a second a training.
  private func prepareStudy(epochs: Int = 4, seeds: Int = 2) throws {
    try prepare()
    let run = Self.configuration.replacing("steps: 8", with: "epochs: \(epochs)")
    let sections = """
      search:
        seeds: \(seeds)
        factors: [3]
        directions: [width]
        tolerance: 0.1

      """
    try write(run + sections, to: "study.yaml")
  }

  private func launch(_ output: String, _ options: [String] = []) -> [String] {
    ["launch", "search", "scaling", "study.yaml", "--output", output] + options
  }

  /// What `results.json` tells.
  private struct Results: Decodable {
    let resultsSHA256: String
  }

  private func hash(_ output: String) throws -> String {
    let data = try Data(contentsOf: URL(fileURLWithPath: path("\(output)/results.json")))
    return try JSONDecoder().decode(Results.self, from: data).resultsSHA256
  }

  /// Does the study on one rank and returns the hash of what it comes to.
  private func hashOfOneRank() throws -> String {
    try succeed(["search", "scaling", "study.yaml", "--output", "alone"])
    return try hash("alone")
  }

  /// Lines of the ledger: one for each session with something new, one for each result.
  private func ledgerLines(_ output: String) -> Int {
    let text = try? String(contentsOfFile: path("\(output)/ledger.jsonl"), encoding: .utf8)
    return text?.split(separator: "\n").count ?? 0
  }

  func testStartsRanksThatComeToTheResultsOfOne() throws {
    try prepareStudy()
    let expected = try hashOfOneRank()
    let outcome = try effnet(launch("study", ["--ranks", "2", "--slots", "2"]))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(outcome.output.contains(": ranks 0 to 1\nmpirun"), outcome.output)
    XCTAssertTrue(outcome.output.contains(" --slots 2\n"), outcome.output)
    XCTAssertEqual(try hash("study"), expected)
    try assertFails(launch("study"), code: 2, ["study already has a study", "--resume"])
  }

  func testTellsThePlanOnTheseRanksAndLeavesNothing() throws {
    try prepareStudy()
    let outcome = try effnet(launch("study", ["--ranks", "2", "--plan"]))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(outcome.output.contains(" --plan\n"), outcome.output)
    XCTAssertTrue(outcome.output.contains(" on 2 ranks here"), outcome.output)
    XCTAssertFalse(exists("study"))
    try assertFails(
      launch("study", ["--ranks", "2", "--plan", "--set", "search.factors=[0.02]"]), code: 2,
      ["width"])
    try assertFails(
      ["launch", "study.yaml", "--plan"], code: 2, ["--plan is of studies; name one"])
    try assertFails(
      launch("study", ["--plan", "--doctor"]), code: 2, ["--plan and --doctor"])
  }

  func testGoesOnWhereItWasToldToStopAndWithoutRanksThatWereLost() throws {
    try prepareStudy(epochs: 16, seeds: 3)
    let expected = try hashOfOneRank()
    let resuming = launch("study", ["--ranks", "2", "--restarts", "1", "--resume"])
    // A study that has not begun begins.
    let stopped = try start(resuming)
    try stopped.run(until: { ledgerLines("study") >= 2 }, "a training was done")
    try stopped.signal(SIGUSR1)
    let ending = try stopped.outcome(within: 20)
    XCTAssertEqual(ending.exitCode, 143, ending.errors)
    // The launcher would take results for the end.
    try succeed(["search", "report", "study"])
    XCTAssertFalse(exists("study/results.json"), "the study was over before the signal")
    let done = ledgerLines("study")
    let disturbed = try start(resuming)
    try disturbed.run(until: { ledgerLines("study") > done }, "another training was done")
    try disturbed.signal(SIGKILL, rank: 1)
    let outcome = try disturbed.outcome(within: 60)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertTrue(
      outcome.errors.contains("restart 1 of 1 from study/ledger.jsonl"), outcome.errors)
    XCTAssertEqual(try hash("study"), expected)
  }

  func testAnotherStartIsMadeAsLongAsTheLastOneHasGainedSomething() throws {
    try prepareStudy()
    let wrapper = try replaceLauncher(
      by: """
        case $start in
        1) echo line >$run/ledger.jsonl ;;
        2) mkdir -p $run/trials/a && touch $run/trials/a/checkpoint-00000002.h5 ;;
        esac
        verdict 4
        exit 1
        """)
    let outcome = try effnet(launch("run", ["--restarts", "9"]), wrapper: wrapper)
    XCTAssertEqual(outcome.exitCode, 4, outcome.errors)
    XCTAssertEqual(try starts().map { $0.hasSuffix(" --resume") }, [false, true, true])
    XCTAssertTrue(
      outcome.errors.contains("neither a result nor a checkpoint was added since"), outcome.errors)
  }

  func testAnyNumberOfRanksIsOfUse() throws {
    try prepareStudy()
    let shown = try effnet(launch("run", ["--ranks", "64", "--dry-run", "--accept-other-bits"]))
    XCTAssertEqual(shown.exitCode, 0, shown.errors)
    XCTAssertTrue(shown.output.contains(" -n 64 "), shown.output)
    XCTAssertTrue(
      shown.output.hasSuffix(
        " search scaling study.yaml --output run --accept-other-bits\n"), shown.output)
    XCTAssertFalse(exists("run"))
  }

  func testWordsThatNameNoStudyAreRefused() throws {
    try prepareStudy()
    for (words, parts) in [
      (["search"], ["no configuration was named"]),
      (["search", "grid"], ["no configuration was named"]),
      (["search", "scailng", "study.yaml"], ["scailng", "did you mean scaling?"]),
      (["search", "report", "run"], ["search scaling, grid, architecture, not for search report"]),
      (["search", "grid", "study.yaml", "more"], ["more is a word too many after study.yaml"]),
      (["small.yaml", "--slots", "2"], ["--slots is of studies"]),
      (["small.yaml", "--accept-other-bits"], ["--accept-other-bits is of studies"]),
      (["study.yaml"], ["search"]),
      (["search", "grid", "study.yaml", "--set", "search.seed=many"], ["search.seed"]),
    ] {
      try assertFails(["launch"] + words + ["--output", "run"], code: 2, parts)
    }
    XCTAssertFalse(exists("run"))
  }

  func testTheDoctorLooksAtTheBase() throws {
    try prepareStudy()
    let setting = ["--set", "search.seeds=3"]
    let shown = try effnet(launch("run", ["--doctor", "--dry-run", "--ranks", "1"] + setting))
    XCTAssertEqual(shown.exitCode, 0, shown.errors)
    XCTAssertTrue(
      shown.output.hasSuffix(" doctor study.yaml --study --output run --set search.seeds=3\n"),
      shown.output)
    let report = try effnet(["doctor", "study.yaml", "--study", "--json"] + setting)
    XCTAssertTrue(report.output.contains(#""neededMemory""#), report.output)
    XCTAssertFalse(report.output.contains(#""problem""#), report.output)
    let refused = try effnet(["doctor", "study.yaml"])
    XCTAssertEqual(refused.exitCode, 1, refused.errors)
    XCTAssertTrue(refused.output.contains("search"), refused.output)
  }
}
