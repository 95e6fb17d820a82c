import Datasets
import Foundation
import Statistics
import Studies
import Training
import XCTest

/// What pages say of studies with made-up results, and that it is true of them.
final class StudyReportTests: StudyCase {
  override class var validationCount: Int { 400 }

  /// A study played to its end, with its results and its page.
  private func played(
    _ kind: StudyKind, _ overrides: [String] = [],
    _ result: ((Job, StudyNetwork, Study) -> LedgerEntry)? = nil
  ) throws -> (study: Study, results: StudyResults, page: String) {
    let study = try study(kind, overrides)
    while let job = try study.jobs().first(where: { !study.ledger.has($0) }) {
      let network = try XCTUnwrap(try study.networks().first { $0.network == job.trial.network })
      study.add(result?(job, network, study) ?? madeUp(job, of: study))
    }
    let results = try StudyResults(study)
    let report = StudyReport(study: study, results: results, slots: [], isHeld: true)
    return (study, results, try report.html(renewed: Date()))
  }

  func testTheCaptionTellsHowFarMultiplyAddsAreApart() throws {
    let scaling = try played(.scaling, ["search.factors=[2, 3]"])
    var largest = 1.0
    for factor in [2.0, 3] {
      let counts = scaling.results.networks.filter { $0.askedFactor == factor }
        .map { Double($0.multiplyAdds) }
      XCTAssertEqual(counts.count, 4)
      largest = max(largest, try XCTUnwrap(counts.max()) / XCTUnwrap(counts.min()))
    }
    let percent = String(format: "%.1f", 100 * (largest - 1))
    XCTAssertTrue(
      scaling.page.contains("of networks of one factor differ by up to \(percent) %."), percent)
    XCTAssertFalse(scaling.page.contains("times the multiply-adds of the base."))
    let architecture = try played(.architecture)
    let factors = architecture.results.networks.filter { $0.confirmation != nil }.map(\.factor)
    let ends = [try XCTUnwrap(factors.min()), try XCTUnwrap(factors.max())]
      .map { String(format: "%.2f", $0) }
    XCTAssertNotEqual(ends[0], ends[1])
    XCTAssertTrue(
      architecture.page.contains(
        "The networks have \(ends[0]) to \(ends[1]) times the multiply-adds of the base."))
    XCTAssertFalse(architecture.page.contains("networks of one factor"))
  }

  /// Top-1 over the triangle with its top at even shares, and noise of each seed.
  private func peak(_ job: Job, _ network: StudyNetwork, _ study: Study) -> LedgerEntry {
    let parts = network.scaling?.shares.parts ?? []
    let fall = parts.reduce(0) { $0 + ($1 - 1.0 / 3) * ($1 - 1.0 / 3) }
    let count = study.measuredImages(job)
    let top1 = 0.9 - 0.8 * fall + 0.1 * (Self.lot(job) - 0.5)
    return LedgerEntry(madeUp: job, correct: Int(top1 * Double(count)), of: count)
  }

  /// Many held-out images, and ten points.
  private var fine: [String] {
    [
      "data.train=[\(folder)/validation]", "data.validation=[\(folder)/train]", "data.holdOut=0.5",
      "search.seeds=3", "search.divisions=3", "halving.epochs=[]", "search.directions=[even]",
      "search.factors=[4]",
    ]
  }

  func testNetworksAreOutlinedByTheCriterionOfTheRegion() throws {
    let (study, results, page) = try played(.grid, fine, peak)
    let grid = try XCTUnwrap(results.grid)
    let networks = try study.networks()
    let points = try grid.cells.map { cell in
      let network = try XCTUnwrap(networks.first { $0.name == cell.name })
      let parts = try XCTUnwrap(network.scaling).shares.parts.map { max(0, $0) }
      let sum = parts.reduce(0, +)
      let scores = try XCTUnwrap(results.networks.first { $0.name == cell.name }).trainings
        .filter { $0.images == .heldOut }
      XCTAssertEqual(scores.map(\.seed), [3, 4, 5])
      return SurfacePoint(
        MixtureShares(a: parts[0] / sum, b: parts[1] / sum, c: parts[2] / sum),
        scores: scores.map { Double($0.correct) / Double($0.count) })
    }
    let surface = try XCTUnwrap(ResponseSurface(points, seeds: .common))
    let region = try XCTUnwrap(OptimumRegion(surface, Resampling(seed: 1)))
    let outlined = points.map { region.contains($0.shares) }
    XCTAssertEqual(grid.cells.map(\.isAmongBest), outlined)
    XCTAssertEqual(Set(outlined), [true, false])
    XCTAssertEqual(grid.regionIsWhole, false)
    XCTAssertTrue(page.contains("Points outside the shaded region are worse than the optimum"))
  }

  func testASurfaceThatTellsNothingIsNotCalledFlat() throws {
    // Each network has 0, 1 and 2 images more than half of them right with its three seeds.
    let alike = { (job: Job, network: StudyNetwork, study: Study) in
      let count = study.measuredImages(job)
      let more = (job.trial.seed + network.name.utf8.count) % 3
      return LedgerEntry(madeUp: job, correct: count / 2 + more, of: count)
    }
    let noisy = try played(.grid, fine, alike)
    XCTAssertEqual(noisy.results.grid?.regionIsWhole, true)
    XCTAssertTrue(
      noisy.page.contains("can be told from its optimum by 3 seeds of each network"))
    XCTAssertFalse(noisy.page.contains("flat"))
    // Six networks determine the six coefficients, and with one seed nothing is left to tell the
    // noise.
    let six = ["search.seeds=1", "search.divisions=2", "search.directions=[]"]
    let exact = try played(.grid, fine + six, alike)
    XCTAssertNotNil(exact.results.grid?.optimum)
    XCTAssertNil(exact.results.grid?.regionIsWhole)
    XCTAssertTrue(
      exact.page.contains(
        "Nothing tells how noisy the surface is: 6 networks with 1 seed determine"))
    let few = try played(.grid, fine + ["search.divisions=1"], alike)
    XCTAssertNil(few.results.grid?.optimum)
    XCTAssertTrue(few.page.contains("Too few networks are measured for a surface"))
  }

  func testANetworkStandsAtEachPlaceThatHasLedToIt() throws {
    let (_, results, page) = try played(.grid, ["search.directions=['501:499:0', '1:0:1']"])
    let cells = try XCTUnwrap(results.grid).cells
    let between = try XCTUnwrap(cells.first { $0.name == "501:499:0 = 0.50:0.50:0.00 ×2" })
    XCTAssertEqual(between.asked.map(\.name), ["501:499:0", "0.50:0.50:0.00"])
    XCTAssertEqual(between.asked[1].shares, [0.5, 0.5, 0])
    // The cell of the grid, with its name below its score, beside the mark.
    let places = page.matches(of: /Top-1 on held-out images after 1 epoch: [^<]*×2/).map(\.output)
    XCTAssertEqual(places.count { $0.contains("501:499:0 = 0.50:0.50:0.00") }, 1)
    XCTAssertTrue(page.contains(/>501:499:0 [0-9.]+<\/text>/))
    // Another name of a grid's point is no second cell.
    XCTAssertEqual(places.count { $0.contains("1:0:1 = 0.50:0.00:0.50") }, 1)
    XCTAssertEqual(places.count, 6)
  }

  func testTheTableNamesImagesAndTellsWhatWasDropped() throws {
    for kind in [StudyKind.grid, .architecture] {
      let (_, results, page) = try played(kind)
      XCTAssertTrue(page.contains("held-out top-1"), "\(kind)")
      XCTAssertTrue(page.contains("validation top-1"), "\(kind)")
      XCTAssertFalse(page.contains("top-5"), "there is none of ten classes or fewer")
      let cut = results.networks.filter { network in
        network.selection == nil && network.trainings.contains { $0.images == .heldOut }
      }
      if kind == .architecture { XCTAssertFalse(cut.isEmpty) }
      let cells = page.matches(of: /dropped at epoch \d+</)
      XCTAssertEqual(cells.count, cut.count, "\(kind)")
    }
    let scaling = try played(.scaling)
    XCTAssertFalse(scaling.page.contains("held-out top-1"))
  }

  func testATrainingThatGoesOnFromARungIsCountedOnce() throws {
    let (_, results, page) = try played(.grid)
    let all = results.networks.flatMap(\.trainings)
    let once = Set(all.map(\.identity)).count
    XCTAssertLessThan(once, all.count)
    XCTAssertTrue(page.contains("<dt>trainings</dt><dd>\(once)"), page)
  }

  func testNothingIsCalledTheWinnerBeforeItIsConfirmed() throws {
    let whole = try played(.grid)
    XCTAssertTrue(whole.page.contains("<dt>winner</dt><dd>α"), whole.page)
    let study = try study(.grid)
    var pages: Set<Bool> = []
    while let job = try study.jobs().first(where: { !study.ledger.has($0) }) {
      let results = try StudyResults(study)
      if results.grid?.winner != nil {
        let page = try StudyReport(study: study, results: results, slots: [], isHeld: true)
          .html(renewed: Date())
        XCTAssertEqual(page.contains("selected, to be confirmed"), results.winner == nil)
        pages.insert(results.winner == nil)
      }
      study.add(madeUp(job, of: study))
    }
    XCTAssertTrue(pages.contains(true))
  }

  func testWhyThereIsNoVerdict() throws {
    let asked = ["search.hypotheses=[even > depth]"]
    for (settings, sentence) in [
      (asked, "No hypothesis has been tested yet."),
      (["search.hypotheses=[]"], "No hypothesis was asked."),
    ] {
      let study = try study(.scaling, settings)
      let page = try StudyReport(
        study: study, results: StudyResults(study), slots: [], isHeld: true
      ).html(renewed: Date())
      XCTAssertTrue(page.contains(sentence), sentence)
    }
  }

  func testTheOrderOfFinalistsIsCalledSo() throws {
    let (study, results, page) = try played(.architecture)
    let rung = try XCTUnwrap(results.architecture?.rung)
    let design = try XCTUnwrap(study.design as? ArchitectureDesign)
    let individuals = try design.evolution.individuals(study.ledger)
    let finalists = try XCTUnwrap(try design.finalists(individuals, study.ledger))
    let both = finalists.filter { finalist in
      individuals.contains { $0.network == finalist.network }
    }
    XCTAssertEqual(rung.sample, .finalists)
    XCTAssertEqual(rung.networks, both.count)
    XCTAssertNotNil(rung.tau)
    XCTAssertTrue(page.contains("τ of \(both.count) finalists"))
    XCTAssertTrue(page.contains("τ compares the order of the finalists alone."))
    let few = try played(.architecture, ["search.finalists=2"])
    let fewRung = try XCTUnwrap(few.results.architecture?.rung)
    XCTAssertLessThan(fewRung.networks, RungTrust.leastNetworks)
    XCTAssertNil(fewRung.tau)
    XCTAssertNil(fewRung.nullDeviation)
    XCTAssertNotNil(fewRung.regret)
    XCTAssertFalse(few.page.contains(/τ of \d+ finalists/))
    XCTAssertTrue(
      few.page.contains("There are \(fewRung.networks) of them, whose order tells nothing"))
  }

  func testTheOrderOfAGridIsOfProtectedNetworksAndOfLots() throws {
    let (study, results, page) = try played(.grid)
    let rung = try XCTUnwrap(results.grid?.rung)
    let design = try XCTUnwrap(study.design as? GridDesign)
    XCTAssertEqual(rung.sample, .protectedAndDrawn)
    let last = try XCTUnwrap(try design.rungs(study.ledger).last).entrants
    let expected = try design.unselected(study.ledger).intersection(last)
    XCTAssertEqual(rung.networks, expected.count)
    XCTAssertGreaterThanOrEqual(rung.networks, RungTrust.leastNetworks)
    XCTAssertTrue(page.contains("Kendall&#39;s τ of \(expected.count) networks"))
    XCTAssertTrue(page.contains("those that went on by their score alone are not among them"))
    XCTAssertFalse(page.contains("finalists"))
  }

  func testAreasOfFrontsCountTheLargestNetwork() throws {
    let areas = try [0.5, 0.9].map { top1 in
      let (_, results, page) = try played(.scaling, ["search.directions=[depth]"]) {
        job, network, _ in
        let share = network.name == "base" ? 0.4 : top1
        return LedgerEntry(madeUp: job, correct: Int(share * 400), of: 400)
      }
      let front = try XCTUnwrap(results.fronts.first)
      let (base, deep) = (front.members[0].cost, front.members[1].cost)
      let area = front.hypervolume
      XCTAssertEqual(area.reference.cost, 2 * deep)
      // From the base to the deep network, and a doubling beyond.
      XCTAssertEqual(area.value, 0.4 * log2(deep / base) + top1, accuracy: 1e-9)
      XCTAssertEqual(front.attainment.map(\.median), [0.4, top1])
      let text = String(format: "%.1f points × doublings", 100 * area.value)
      XCTAssertTrue(page.contains("area below the front over multiply-adds"))
      XCTAssertTrue(page.contains(text), text)
      XCTAssertTrue(page.contains("Top-1 that multiply-adds buy"))
      return area.value
    }
    XCTAssertEqual(areas[1] - areas[0], 0.4, accuracy: 1e-9)
  }

  func testWholeLinesAreCompared() throws {
    let hypotheses = [
      "search.directions=[even, depth, '1:1:1']",
      "search.hypotheses=[even > depth, \"even > 1:1:1\"]",
    ]
    let (_, results, page) = try played(.scaling, hypotheses) { job, network, _ in
      let gain = network.name == "base" ? 0 : network.name.hasPrefix("even") ? 0.3 : 0.1
      let seed = 0.01 * Double(job.trial.seed - 3)
      return LedgerEntry(madeUp: job, correct: Int(((0.5 + gain + seed) * 400).rounded()), of: 400)
    }
    let comparisons = try XCTUnwrap(results.scaling).comparisons
    XCTAssertEqual(comparisons.map(\.second), ["depth"], "one line is not compared with itself")
    let comparison = comparisons[0]
    XCTAssertLessThan(comparison.ratio, 1)
    let interval = try XCTUnwrap(comparison.interval)
    XCTAssertLessThan(interval.low, comparison.ratio)
    XCTAssertGreaterThan(interval.high, comparison.ratio)
    XCTAssertTrue(page.contains("even against depth"))
    XCTAssertTrue(page.contains(String(format: "%.3f times the errors", comparison.ratio)))
  }

  func testTheWinnerAndTheBaseAsTheyWereTrained() throws {
    for kind in StudyKind.allCases {
      // The first of the others is selected, and only the last images are right by the base.
      let (study, results, page) = try played(kind) { job, network, study in
        let count = study.measuredImages(job)
        var hits = Correctness(count: count)
        let isBase = network.name == "base"
        for image in 0..<(isBase ? count / 5 : count / 2) {
          hits[isBase ? count - 1 - image : 2 * image] = true
        }
        return LedgerEntry(madeUp: job, hits)
      }
      let winner = try XCTUnwrap(results.winner)
      let trained = try XCTUnwrap(results.trained, "\(kind)")
      XCTAssertEqual(trained.winner, winner.identity)
      let jobs = try study.jobs()
      let base = try XCTUnwrap(
        jobs.first { $0.trial.network == study.recipe.base && $0.trial.images == .validation })
      XCTAssertEqual(trained.base, base.trial.identity)
      let job = try XCTUnwrap(jobs.first { $0.trial.identity == winner.identity })
      let correct = try XCTUnwrap(study.ledger[job]?.correctness)
      let other = try XCTUnwrap(study.ledger[base]?.correctness)
      let only = (0..<correct.count).count { correct[$0] && !other[$0] }
      let onlyBase = (0..<correct.count).count { !correct[$0] && other[$0] }
      XCTAssertEqual(trained.test, McNemar(onlyFirst: only, onlySecond: onlyBase))
      // Every other one of 400, and the last 80.
      XCTAssertEqual([only, onlyBase], [160, 40])
      XCTAssertEqual(trained.p, trained.test.p)
      XCTAssertEqual(trained.images, Self.validationCount)
      XCTAssertTrue(page.contains("this training alone has \(only) right"), "\(kind)")
      XCTAssertTrue(page.contains("of these two trained networks and not of their architectures"))
    }
    let base = try played(.scaling) { job, network, _ in
      LedgerEntry(madeUp: job, correct: network.name == "base" ? 300 : 200, of: 400)
    }
    XCTAssertEqual(base.results.winner?.name, "base")
    XCTAssertNil(base.results.trained, "the base is no other network")
  }
}
