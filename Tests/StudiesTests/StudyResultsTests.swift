import Foundation
import Studies
import Training
import XCTest

/// What studies with made-up results come to.
final class StudyResultsTests: StudyCase {
  private let hypotheses = ["search.hypotheses=[even > depth, even > width, even > resolution]"]

  private func overrides(_ kind: StudyKind) -> [String] {
    hypotheses + (kind == .scaling ? ["search.factors=[2, 3]"] : [])
  }

  /// A study played to its end.
  private func played(
    _ kind: StudyKind, _ result: (Job, Study) -> LedgerEntry, _ more: [String] = [],
    ranks: Int = 1, seed: Int = 0
  ) throws -> Study {
    let study = try study(kind, overrides(kind) + more)
    try StudySimulation(study).play(ranks: ranks) { job in
      // As long as it takes by lot, other for each seed.
      1 + (100 * (Double(seed) + 1) * Self.lot(job)).truncatingRemainder(dividingBy: 1)
    } _: {
      result($0, study)
    }
    return study
  }

  func testWhoeverFinishesFirstResultsAreTheSame() throws {
    for kind in StudyKind.allCases {
      let first = try played(kind, madeUp)
      let expected = try StudyResults(first).json
      let jobs = try first.jobs()
      for seed in [1, 3] {
        let other = try played(kind, madeUp, ranks: 1 + seed, seed: seed)
        XCTAssertEqual(try other.jobs(), jobs, "\(kind)")
        XCTAssertEqual(try StudyResults(other).json, expected, "\(kind), \(1 + seed) ranks")
      }
    }
  }

  private func count(_ job: Job, _ study: Study) -> Int { madeUp(job, of: study).count }

  func testAnyResultsMakeAFileThatCanBeRead() throws {
    let results: [(String, (Job, Study) -> LedgerEntry)] = [
      ("all alike", { LedgerEntry(madeUp: $0, correct: 4, of: self.count($0, $1)) }),
      ("nothing right", { LedgerEntry(madeUp: $0, correct: 0, of: self.count($0, $1)) }),
      (
        "all right",
        { LedgerEntry(madeUp: $0, correct: self.count($0, $1), of: self.count($0, $1)) }
      ),
      ("all diverged", { job, _ in LedgerEntry(diverged: job.key, reason: "a loss of inf") }),
      (
        "half diverged",
        {
          Self.lot($0) < 0.5 ? LedgerEntry(diverged: $0.key, reason: "x") : self.madeUp($0, of: $1)
        }
      ),
    ]
    for kind in StudyKind.allCases {
      for more in [
        [], ["search.seeds=1", "search.freshSeeds=1"],
        [
          "search.directions=[even, '1:1:1', depth, width, resolution]",
          "search.hypotheses=[\"even > 1:1:1\"]",
        ],
      ] {
        for (name, result) in results {
          let study = try played(kind, result, more)
          try check(study, "\(kind) \(more): \(name)")
        }
      }
    }
  }

  /// Held-out images are easier by a tenth here, and the best network had luck on them by two
  /// tenths more.
  func testOptimismIsWhatTheWinnerLosesBeyondTheOthers() throws {
    let plain = try study(.grid)
    let lucky = try XCTUnwrap(
      plain.networks().first { network in
        !network.directions.isEmpty
          && network.directions.allSatisfy {
            !plain.configuration.search.directions.contains($0)
          }
      })
    let study = try played(.grid) { job, study in
      let share = job.trial.images == .validation ? 0.5 : 0.6
      let luck = job.trial.images == .heldOut && job.trial.network == lucky.network ? 0.2 : 0
      let count = self.count(job, study)
      return LedgerEntry(
        madeUp: job, correct: Int(((share + luck) * Double(count)).rounded()), of: count)
    }
    let winner = try XCTUnwrap(try StudyResults(study).winner)
    XCTAssertEqual(winner.name, lucky.name)
    XCTAssertEqual(try XCTUnwrap(winner.selected), 0.8, accuracy: rounding)
    XCTAssertEqual(try XCTUnwrap(winner.confirmed), 0.5, accuracy: rounding)
    XCTAssertEqual(try XCTUnwrap(winner.shift), 0.1, accuracy: rounding)
    XCTAssertEqual(try XCTUnwrap(winner.optimism), 0.2, accuracy: rounding)
    XCTAssertGreaterThan(try XCTUnwrap(winner.unselected), 1)
    let page = try StudyReport(study: study, results: StudyResults(study), slots: [], isHeld: true)
      .html(renewed: Date())
    XCTAssertTrue(
      page.contains("the winner scored 30.00 points lower than on held-out ones"), page)
    XCTAssertTrue(page.contains("it looked 20.00 points better than it is"))
  }

  func testOneNetworkTellsNothingOfOptimism() throws {
    let study = try played(.architecture) { job, study in self.madeUp(job, of: study) }
    let results = try StudyResults(study)
    let winner = try XCTUnwrap(results.winner)
    XCTAssertNotEqual(winner.name, "base")
    XCTAssertEqual(winner.unselected, 1)
    XCTAssertNil(winner.optimismInterval)
    let page = try StudyReport(study: study, results: results, slots: [], isHeld: true)
      .html(renewed: Date())
    XCTAssertTrue(page.contains("by one network it cannot be told how much of that is optimism"))
    XCTAssertFalse(page.contains("better than it is"))
  }

  /// Of means of a handful of shares.
  private let rounding = 1e-12

  func testAStudyThatIsNotDoneHasResultsToo() throws {
    for kind in StudyKind.allCases {
      let study = try study(kind, overrides(kind))
      try check(study, "\(kind), empty")
      var done = 0
      while let job = try study.jobs().first(where: { !study.ledger.has($0) }) {
        study.add(madeUp(job, of: study))
        done += 1
        if done % 7 == 0 { try check(study, "\(kind) after \(done)") }
      }
      XCTAssertNotNil(try StudyResults(study).winner)
    }
  }

  /// A stop saves, and finds lost weights before the next loss does: other words for the same end.
  func testWhyATrainingDivergedIsNoResultButOnThePage() throws {
    for kind in StudyKind.allCases {
      let found = try ["the loss of step 3 is nan", "the weights after step 2"].map { reason in
        let study = try played(kind) { job, study in
          Self.lot(job) < 0.3
            ? LedgerEntry(diverged: job.key, reason: reason) : self.madeUp(job, of: study)
        }
        let results = try StudyResults(study)
        let page = try StudyReport(study: study, results: results, slots: [], isHeld: true).html(
          renewed: Date())
        XCTAssertTrue(page.contains("diverged: \(reason)"), "\(kind)")
        return results.json
      }
      XCTAssertEqual(found[0], found[1], "\(kind)")
    }
  }

  private func check(_ study: Study, _ what: String) throws {
    let results = try StudyResults(study)
    let object = try JSONSerialization.jsonObject(with: Data(results.json.utf8))
    let hash = (object as? [String: Any])?["resultsSHA256"] as? String
    XCTAssertEqual(hash, results.resultsSHA256, what)
    XCTAssertEqual(hash?.count, 64, what)
    XCTAssertEqual((object as? [String: Any])?.keys.contains("networks"), true, what)
  }
}
