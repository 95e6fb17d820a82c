import Studies
import Tensors
import Training
import XCTest

/// What studies come to while their ledgers grow, in whatever order.
final class StudyCourseTests: StudyCase {
  /// One of eight diverges.
  private func result(_ job: Job, of study: Study) -> LedgerEntry {
    Self.lot(job) < 0.125
      ? LedgerEntry(diverged: job.key, reason: "") : madeUp(job, of: study)
  }

  private func describe(_ study: Study) throws -> [String] {
    try study.jobs().map { "\($0.key) \(study.name(of: $0.trial.network))" }
      + study.networks().map(\.name)
  }

  func testAGrowingLedgerComesToTheSameAsOneThatIsReadAtOnce() throws {
    for (kind, overrides) in [
      (.scaling, []), (.grid, []), (.grid, ["halving.cohort=3"]), (.architecture, []),
    ] as [(StudyKind, [String])] {
      var random = CounterRandom(seed: 1, purpose: .synthetic)
      var ends: Set<[String]> = []
      for _ in 0..<6 {
        let study = try study(kind, overrides)
        var (count, done) = (0, 0)
        while true {
          let known = try study.known()
          XCTAssertGreaterThanOrEqual(known.count, count, "no job is taken back")
          count = known.count
          guard let job = known.filter({ !study.ledger.has($0) }).randomElement(using: &random)
          else { break }
          study.add(result(job, of: study))
          done += 1
          // What is added twice counts once.
          study.add(madeUp(job, of: study))
          XCTAssertEqual(try study.progress().done, done)
          guard done % 7 == 0 else { continue }
          let replayed = try self.study(kind, overrides, study.ledger)
          XCTAssertEqual(try describe(study), try describe(replayed), "\(kind)")
          XCTAssertEqual(try study.progress().known, try replayed.progress().known)
          XCTAssertEqual(try study.progress().done, try replayed.progress().done)
          XCTAssertEqual(Set(try study.known()), Set(try study.jobs()))
        }
        XCTAssertTrue(try study.isFinished)
        ends.insert(try describe(study))
      }
      XCTAssertEqual(ends.count, 1, "\(kind)")
    }
  }

  func testEachIndividualIsDrawnOnce() throws {
    let configuration = try configuration(["evolution.individuals=60"])
    let design = try ArchitectureDesign(
      StudyParts(
        configuration, Recipe(configuration.run, classes: 3, dataDigests: ["a", "b", "c"])))
    var (drawn, ledger) = (0, Ledger())
    let headway = Headway({ drawn += 1 }, { nil }, "")
    let course = design.course()
    try course.advance(by: ledger, headway)
    while let job = course.known.first(where: { !ledger.has($0) && $0.trial.epochs == 2 }) {
      ledger.add(LedgerEntry(madeUp: job, correct: Int(10 * Self.lot(job)), of: 10))
      try course.advance(by: ledger, headway)
    }
    XCTAssertEqual(drawn, 60)
    XCTAssertGreaterThan(course.known.count, 60, "finalists follow")
  }

  func testEachShardIsTold() throws {
    var events: [String] = []
    let stopRequest: () -> Int32? = {
      events.append("question")
      return nil
    }
    let headway = Headway({ events.append("advance") }, stopRequest, "")
    _ = try Study(.scaling, configuration(), Ledger(), [], headway)
    // Two shards, and then what can be ended.
    XCTAssertEqual(events.prefix(4), ["advance", "advance", "advance", "question"])
  }

  func testASignalEndsWhatTakesLong() throws {
    let configuration = try configuration(["evolution.population=8"])
    for kind in StudyKind.allCases {
      var asked = 0
      let headway = Headway({ asked += 1 }, { asked > 3 ? SIGTERM : nil }, "while it was counted")
      XCTAssertThrowsError(try Study(kind, configuration, Ledger(), [], headway), "\(kind)") {
        let error = $0 as? TrainingError
        XCTAssertEqual(error?.stopSignal, SIGTERM, "\($0)")
        XCTAssertEqual(error?.description, "while it was counted")
      }
      let study = try study(kind)
      asked = 0
      XCTAssertThrowsError(
        try StudySimulation(study).play(ranks: 2, headway, seconds: { _ in 1 }) {
          self.madeUp($0, of: study)
        }, "\(kind)"
      ) { XCTAssertEqual(($0 as? TrainingError)?.stopSignal, SIGTERM) }
      XCTAssertGreaterThan(study.ledger.count, 0)
    }
  }
}
