import Foundation
import MPI
import Studies
import TestSupport
import Training
import XCTest

/// What is told of studies that were asked something else when there were results.
final class StudyExtensionTests: StudyRunCase {
  private func session(
    hypotheses: [String], extensible: [String: String] = [:], after results: Int
  ) throws -> LedgerLine.Session {
    let object: [String: Any] = [
      "kind": "scaling", "dataDigests": [String](), "program": "p", "arithmetic": "a",
      "classes": 3, "images": ["training": 30, "heldOut": 10, "validation": 20],
      "hypotheses": hypotheses, "extensible": extensible, "results": results,
    ]
    return try JSONDecoder().decode(
      LedgerLine.Session.self, from: JSONSerialization.data(withJSONObject: object))
  }

  /// A study that has gone through sessions, with all its results.
  private func done(
    _ overrides: [String], _ sessions: [LedgerLine.Session]
  ) throws -> (results: StudyResults, page: String) {
    let study = try Study(.scaling, configuration(overrides), Ledger(), sessions)
    for job in try study.jobs() { study.add(madeUp(job, of: study)) }
    let results = try StudyResults(study)
    return (
      results,
      try StudyReport(study: study, results: results, slots: [], isHeld: true).html(renewed: Date())
    )
  }

  func testHypothesesThatResultsMayHaveSuggestedStandApart() throws {
    let asked = ["even > depth", "even > width", "even > resolution"]
    let all = ["search.hypotheses=[\(asked.joined(separator: ", "))]"]
    let (foreseen, _) = try done(all, [try session(hypotheses: asked, after: 0)])
    XCTAssertEqual(Set(foreseen.verdicts.map(\.basis)), [.hypothesis])
    XCTAssertEqual(foreseen.claims.map(\.rivals.count), [3])
    let late = try done(
      all,
      [
        // A session that was killed before it came to anything, and three more.
        try session(hypotheses: [asked[0]], after: 0),
        try session(hypotheses: [asked[1]], after: 0),
        try session(hypotheses: [], after: 4), try session(hypotheses: asked, after: 9),
      ])
    XCTAssertEqual(
      late.results.verdicts.map(\.basis), [.hypothesis, .hypothesis, .afterwards])
    XCTAssertEqual(late.results.claims.map(\.rivals), [["depth ×2", "width ×2"]])
    let two = try done(
      ["search.hypotheses=[even > depth, even > width]"],
      [try session(hypotheses: [asked[0], asked[1]], after: 0)])
    XCTAssertEqual(
      late.results.verdicts.map(\.holmP), two.results.verdicts.map(\.holmP) + [nil],
      "those that were foreseen are adjusted by themselves")
    XCTAssertTrue(
      late.page.contains("asked for only after there were results, which may have suggested it"))
    XCTAssertTrue(late.page.contains("after 4 results"), late.page)
    XCTAssertTrue(
      late.page.contains(
        "search.hypotheses was [] and is now [even &gt; depth, even &gt; width, "
          + "even &gt; resolution]"))
    XCTAssertFalse(late.page.contains("is now [even &gt; width]"), "nothing was there to look at")
  }

  func testWhatWasExtendedIsOnThePageAndNotInTheResults() throws {
    let more = ["search.seeds=3"]
    let (short, long) = (["search.seeds": "2"], ["search.seeds": "3"])
    let (results, page) = try done(
      more,
      [
        try session(hypotheses: [], extensible: short, after: 0),
        try session(hypotheses: [], extensible: long, after: 10),
      ])
    XCTAssertTrue(page.contains("after 10 results"))
    XCTAssertTrue(page.contains("search.seeds was 2 and is now 3"))
    let other = try done(more, [try session(hypotheses: [], extensible: long, after: 0)])
    XCTAssertEqual(results.json, other.results.json)
    XCTAssertFalse(other.page.contains("What was asked later"))
  }

  func testTheLedgerKeepsWhatEachSessionAsks() throws {
    let world = try sharedWorld()
    let asked = small(.scaling) + ["search.hypotheses=[even > depth]"]
    let output = "extended"
    let path = "\(folder)/\(output)/ledger.jsonl"
    for (overrides, sessions) in [
      (asked, 1), (asked, 1), (asked + ["search.seeds=3"], 2),
      (asked + ["search.seeds=3", "search.hypotheses=[depth > even]"], 3),
    ] {
      let isResuming = FileManager.default.fileExists(atPath: path)
      try world.barrier()
      let outcome = try run(.scaling, overrides, on: world, in: output) {
        $0.isResuming = isResuming
      }
      guard case .finished = outcome else { return XCTFail("stopped") }
      XCTAssertEqual(try LedgerFile.read(path).sessions.count, sessions)
      try world.barrier()
    }
    let study = try Study(in: StudyFolder("\(folder)/\(output)")) { XCTFail($0) }
    let results = try StudyResults(study)
    XCTAssertEqual(results.verdicts.map(\.basis), [.afterwards])
    let page = try StudyReport(study: study, results: results, slots: [], isHeld: true).html(
      renewed: Date())
    XCTAssertTrue(page.contains("search.seeds was 2 and is now 3"))
    XCTAssertTrue(
      page.contains("search.hypotheses was [even &gt; depth] and is now [depth &gt; even]"))
  }
}
