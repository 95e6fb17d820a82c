import Foundation
import Studies
import Tensors
import XCTest

/// Which checkpoints stay while a study goes on.
final class CheckpointCleaningTests: StudyCase {
  private var studied: StudyFolder { StudyFolder("\(folder)/study") }

  private func checkpoint(_ job: Job) -> String {
    studied.trial(job.trial.identity).checkpoint(step: job.epochs)
  }

  private func exists(_ job: Job) -> Bool {
    FileManager.default.fileExists(atPath: checkpoint(job))
  }

  /// Does a job: it goes on from the checkpoint of the one before, and leaves its own.
  private func perform(_ job: Job, of study: Study) throws {
    let trial = studied.trial(job.trial.identity)
    for old in try trial.checkpoints() { try FileManager.default.removeItem(atPath: old) }
    try trial.prepare()
    try Data().write(to: URL(fileURLWithPath: checkpoint(job)))
    study.add(madeUp(job, of: study))
  }

  /// The job of the same training at the rung before.
  private func before(_ job: Job, in study: Study) throws -> Job? {
    try study.known().last { $0.trial.identity == job.trial.identity && $0.epochs < job.epochs }
  }

  func testWhatGoesOnFindsItsCheckpointAndWhatIsDroppedLosesIt() throws {
    var random = CounterRandom(seed: 4, purpose: .synthetic)
    for cohort in [0, 3] {
      let study = try study(.grid, ["halving.cohort=\(cohort)"])
      var cleaning = CheckpointCleaning(studied) {}
      var continued = 0
      while let job = try study.known().filter({ !study.ledger.has($0) })
        .randomElement(using: &random)
      {
        if let before = try before(job, in: study) {
          XCTAssertTrue(exists(before), "\(job.key) would begin anew")
          continued += 1
        }
        try perform(job, of: study)
        try cleaning.clean(study, after: job)
      }
      XCTAssertGreaterThan(continued, 10)
      for job in try study.known() {
        XCTAssertEqual(exists(job), job.trial.images == .validation, "\(job.key)")
      }
    }
  }

  func testWhoComesLaterCleansUp() throws {
    let study = try study(.grid, ["search.directions=[]", "search.unselected=0"])
    let jobs = try study.known()
    for job in jobs { try perform(job, of: study) }
    let next = try XCTUnwrap(try study.known().first { !study.ledger.has($0) })
    try perform(next, of: study)
    var looks = 0
    var cleaning = CheckpointCleaning(studied) { looks += 1 }
    try cleaning.clean(study, after: next)
    let goOn = Set(try study.known().filter { $0.epochs == 3 }.map(\.trial.identity))
    XCTAssertLessThan(goOn.count, jobs.count)
    for job in jobs where job.trial.identity != next.trial.identity {
      XCTAssertEqual(exists(job), goOn.contains(job.trial.identity), "\(job.key)")
    }
    XCTAssertTrue(exists(next))
    XCTAssertEqual(looks, jobs.count - goOn.count)
  }

  func testWholeTrainingsStayOnlyWhereTheyConfirm() throws {
    for kind in [StudyKind.scaling, .architecture] {
      let study = try study(kind)
      var cleaning = CheckpointCleaning(studied) {}
      while let job = try study.known().first(where: { !study.ledger.has($0) }) {
        try perform(job, of: study)
        try cleaning.clean(study, after: job)
        XCTAssertEqual(exists(job), job.trial.images == .validation)
      }
    }
  }
}
