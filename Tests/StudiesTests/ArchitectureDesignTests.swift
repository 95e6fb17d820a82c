import Foundation
import Statistics
import Studies
import Training
import XCTest

/// Which individuals are trained in full, and which are confirmed.
final class ArchitectureDesignTests: StudyCase {
  private func played(
    _ overrides: [String] = [], _ result: (Job, Study) -> LedgerEntry
  ) throws -> (Study, ArchitectureDesign, [Evolution.Individual]) {
    let study = try study(.architecture, ["search.finalists=3"] + overrides)
    try StudySimulation(study).play(ranks: 2, seconds: { _ in 1 }) { result($0, study) }
    let design = try XCTUnwrap(study.design as? ArchitectureDesign)
    return (study, design, try design.evolution.individuals(study.ledger))
  }

  func testStagesOfTheStudyFollowEachOther() throws {
    let study = try study(.architecture, ["search.finalists=3"])
    var jobs = try study.jobs()
    // The first ones are drawn at random, all known at once.
    XCTAssertEqual(jobs.count, 4)
    var seen: [Int: Int] = [:]
    while let job = jobs.first(where: { !study.ledger.has($0) }) {
      study.add(madeUp(job, of: study))
      let next = try study.jobs()
      XCTAssertEqual(Array(next.prefix(jobs.count)), jobs, "jobs are only added, at the end")
      XCTAssertEqual(Set(next).count, next.count)
      jobs = next
      seen[jobs.count, default: 0] += 1
    }
    let short = jobs.filter { $0.trial.epochs == 2 }
    let full = jobs.filter { $0.trial.epochs == 6 && $0.trial.images == .heldOut }
    let fresh = jobs.filter { $0.trial.images == .validation }
    XCTAssertEqual(short.count, 10)
    XCTAssertEqual(short.count + full.count + fresh.count, jobs.count)
    XCTAssertEqual(Set(full.map(\.trial.seed)), [3, 4])
    XCTAssertEqual(Set(fresh.map(\.trial.seed)), [1_003, 1_004, 1_005])
    XCTAssertTrue(jobs.allSatisfy(\.isWhole))
  }

  func testFinalistsAreTheBestTheBestRandomOneAndTheBase() throws {
    // The later an individual, the better: the random ones are last.
    var numbers: [Job.Key: Int] = [:]
    let (study, design, individuals) = try played { job, study in
      let number = numbers[job.key] ?? numbers.count
      numbers[job.key] = number
      return LedgerEntry(
        madeUp: job, correct: min(9, 1 + number / 2),
        of: 10 * (job.trial.images == .heldOut ? 1 : 3))
    }
    let finalists = try XCTUnwrap(try design.finalists(individuals, study.ledger))
    let fitness = design.evolution.fitness(individuals, study.ledger)
    let best = Dictionary(grouping: individuals, by: \.genome).keys
      .sorted { (fitness[$0] ?? 0) > (fitness[$1] ?? 0) }.prefix(3)
    let random = individuals.filter { $0.parent == nil }
    let expected = Set(
      best.compactMap { genome in
        individuals.firstIndex { $0.genome == genome }.map { "individual \($0 + 1)" }
      })
    XCTAssertTrue(Set(finalists.map(\.name)).isSuperset(of: expected))
    XCTAssertEqual(finalists.last?.name, "base")
    XCTAssertTrue(
      finalists.contains { finalist in random.contains { $0.network == finalist.network } })
    XCTAssertLessThanOrEqual(finalists.count, 3 + 1 + 1)
    let confirmed = try XCTUnwrap(try design.confirmed(finalists, of: individuals, study.ledger))
    let ranking = try XCTUnwrap(try design.ranking(finalists, study.ledger))
    let evolved = ranking.filter { $0.name != "base" }
    XCTAssertEqual(confirmed.prefix(2).map(\.name), evolved.prefix(2).map(\.name))
    XCTAssertEqual(confirmed.last?.name, "base")
    XCTAssertTrue(
      confirmed.contains { network in random.contains { $0.network == network.network } })
    XCTAssertEqual(Set(confirmed.map(\.name)).count, confirmed.count)
  }

  func testWhatDivergedIsNoFinalist() throws {
    let (study, design, individuals) = try played { job, study in
      Self.lot(job) < 0.4 && job.trial.epochs == 2
        ? LedgerEntry(diverged: job.key, reason: "") : self.madeUp(job, of: study)
    }
    let diverged = individuals.filter { study.ledger[$0.job]?.end == .diverged }
    XCTAssertGreaterThan(diverged.count, 0)
    let finalists = try XCTUnwrap(try design.finalists(individuals, study.ledger))
    for individual in diverged where individual.network != study.recipe.base {
      XCTAssertFalse(finalists.contains { $0.network == individual.network })
    }
    XCTAssertEqual(finalists.last?.network, study.recipe.base)
  }

  func testIndividualsThatAreTrainedInFullAreNoMeasureOfThemselves() throws {
    let (study, design, individuals) = try played(
      ["evolution.epochs=6", "evolution.identity=0.9", "evolution.individuals=20"], madeUp)
    let finalists = try XCTUnwrap(try study.finalists())
    XCTAssertEqual(
      finalists.map(\.name), try design.finalists(individuals, study.ledger)?.map(\.name))
    let isRepeated = { (network: ScaledNetwork) in
      individuals.count { $0.network == network } > study.configuration.search.seeds
    }
    XCTAssertTrue(finalists.contains { isRepeated($0.network) }, "nothing to mistake")
    let results = try StudyResults(study)
    XCTAssertNil(results.architecture?.rung)
    let page = try StudyReport(study: study, results: results, slots: [], isHeld: true).html(
      renewed: Date())
    XCTAssertFalse(page.contains("Can the short trainings be trusted?"))
    for network in results.networks {
      let finalist = finalists.first { $0.name == network.name }
      let top1 = try finalist.map {
        try design.trainings($0.network).compactMap { study.ledger[$0]?.top1 }
      }
      XCTAssertEqual(network.selection?.seeds, top1?.count, network.name)
      XCTAssertEqual(network.selection?.top1, top1?.mean, network.name)
    }
    let winner = try XCTUnwrap(results.winner)
    XCTAssertEqual(
      winner.selected, results.networks.first { $0.name == winner.name }?.selection?.top1)
    XCTAssertNotNil(
      try StudyResults(played(["evolution.individuals=20"], madeUp).0).architecture?.rung)
  }

  func testNetworksAreListedOnce() throws {
    let (study, _, individuals) = try played(["evolution.identity=0.9"], madeUp)
    let networks = try study.networks().map(\.network)
    XCTAssertEqual(Set(networks).count, networks.count)
    XCTAssertLessThan(networks.count, individuals.count)
    XCTAssertEqual(try study.networks().last?.name, "base")
  }

  func testHypothesesThatItCannotAnswerAreTold() throws {
    let asked = ["search.hypotheses=[even > depth, even > width]"]
    let (study, _, _) = try played(asked, madeUp)
    let notice = try XCTUnwrap(study.unansweredNotice)
    XCTAssertTrue(notice.hasSuffix("even > depth, even > width"), notice)
    let results = try StudyResults(study)
    let page = try StudyReport(study: study, results: results, slots: [], isHeld: true).html(
      renewed: Date())
    XCTAssertTrue(page.contains("not answered, being about directions of scaling"), page)
    for kind in StudyKind.allCases {
      XCTAssertEqual(
        try self.study(kind, asked).unansweredNotice != nil, kind == .architecture, "\(kind)")
    }
    XCTAssertNil(try self.study(.architecture).unansweredNotice)
  }

  func testRandomSearchAloneIsTold() throws {
    for (parallel, isTold) in [(9, false), (10, true), (512, true)] {
      let study = try study(.architecture, ["evolution.parallel=\(parallel)"])
      XCTAssertEqual(study.notices.count, isTold ? 1 : 0)
      for job in try study.known() where isTold { study.add(madeUp(job, of: study)) }
      XCTAssertEqual(try study.individuals().allSatisfy { $0.parent == nil }, true)
      guard isTold else { continue }
      XCTAssertEqual(try study.individuals().count, 10)
      let notice = study.notices[0]
      XCTAssertTrue(
        notice.hasPrefix(
          "random search alone: none of 10 individuals has a parent, as the first \(parallel) have none"
        ),
        notice)
      let page = try StudyReport(
        study: study, results: StudyResults(study), slots: [], isHeld: true
      )
      .html(renewed: Date())
      XCTAssertTrue(page.contains("random search alone"))
    }
    XCTAssertTrue(try study(.grid, ["evolution.parallel=512"]).notices.isEmpty)
  }

  func testItNeedsImagesToSelectBy() throws {
    XCTAssertThrowsError(try study(.architecture, ["data.holdOut=0"])) {
      XCTAssertTrue("\($0)".contains("data.holdOut is 0"), "\($0)")
    }
  }
}
