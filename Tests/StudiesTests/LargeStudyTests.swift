import Boundary
import Foundation
import Studies
import Training
import XCTest

/// What studies of thousands of networks come to, in the time that they have for it.
final class LargeStudyTests: StudyCase {
  private let individuals = 3_000

  /// An evolution whose results are all there.
  private func evolved() throws -> Study {
    let study = try study(
      .architecture,
      [
        "evolution.individuals=\(individuals)", "evolution.population=1000",
        "evolution.parallel=1000",
      ])
    while true {
      let open = try study.known().filter { !study.ledger.has($0) }
      if open.isEmpty { return study }
      for job in open { study.add(madeUp(job, of: study)) }
    }
  }

  func testResultsAndPageOfThousandsTakeSeconds() throws {
    let study = try evolved()
    XCTAssertGreaterThan(try study.networks().count, individuals / 2)
    var notes = 0
    let headway = Headway({ notes += 1 }, { nil }, "")
    let start = MonotonicTime.seconds
    let results = try StudyResults(study, headway)
    let derived = notes
    _ = try StudyReport(study: study, results: results, slots: [], isHeld: true, headway: headway)
      .html(renewed: Date())
    // To go through all networks for each network takes longer.
    XCTAssertLessThan(MonotonicTime.seconds - start, 2)
    // Whoever watches learns all the time that it goes on.
    XCTAssertGreaterThan(derived, individuals)
    XCTAssertGreaterThan(notes - derived, individuals)
    XCTAssertEqual(results.architecture?.individuals.count, individuals)
    XCTAssertNotNil(results.winner)
    XCTAssertFalse(results.verdicts.isEmpty)
  }

  func testWhoeverWritesThePageTellsThatItGoesOn() throws {
    let study = try study(.scaling)
    let studied = StudyFolder("\(folder)/study")
    try studied.run.prepare()
    var notes = 0
    let publication = try StudyPublication(study, studied, Headway({ notes += 1 }, { nil }, ""))
    publication.renew()
    XCTAssertGreaterThan(notes, try study.networks().count)
    let before = notes
    try publication.write()
    XCTAssertGreaterThan(notes, before + (try study.networks().count))
  }

  func testASignalEndsWhatTakesLong() throws {
    let study = try study(.scaling)
    let headway = Headway({}, { SIGTERM }, "while results were derived")
    XCTAssertThrowsError(try StudyResults(study, headway)) {
      XCTAssertEqual(($0 as? TrainingError)?.stopSignal, SIGTERM)
    }
  }
}
