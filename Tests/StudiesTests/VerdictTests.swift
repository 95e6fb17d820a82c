import Foundation
import Statistics
import Studies
import Training
import XCTest

/// What verdicts say and what they leave open, by results that are made up.
final class VerdictTests: StudyCase {
  override class var validationCount: Int { 2_000 }

  private let seeds = 6

  /// A study of scaling by what each network comes to with each seed; nil for one that diverges.
  private func scaling(
    _ settings: [String], _ top1: (StudyNetwork, Int) -> Double?
  ) throws -> Study {
    let study = try study(.scaling, ["search.seeds=\(seeds)"] + settings)
    let networks = try study.networks()
    for job in try study.jobs() {
      let network = try XCTUnwrap(networks.first { $0.network == job.trial.network })
      let seed = job.trial.seed - study.configuration.run.training.seed
      study.add(entry(job, top1(network, seed)))
    }
    return study
  }

  private func entry(_ job: Job, _ top1: Double?) -> LedgerEntry {
    top1.map {
      LedgerEntry(
        madeUp: job, correct: Int(($0 * Double(Self.validationCount)).rounded()),
        of: Self.validationCount)
    } ?? LedgerEntry(diverged: job.key, reason: "a loss of inf")
  }

  /// Noise that seeds have in common, and a little of each network.
  private func noise(_ network: StudyNetwork, _ seed: Int) -> Double {
    0.01 * Double(seed % 3) + 0.004 * Double((seed + network.name.utf8.count) % 2)
  }

  private func isEven(_ network: StudyNetwork) -> Bool { network.name.hasPrefix("even") }

  private let evenOverDepth = [
    "search.directions=[even, depth]", "search.hypotheses=[even > depth]",
  ]

  /// The verdict on `even > depth` where even is so much better, and seeds are lost.
  private func verdict(
    gain: Double, lostByEven: Set<Int> = [], lostByDepth: Set<Int> = []
  ) throws -> (Verdict, page: String) {
    let study = try scaling(evenOverDepth) { network, seed in
      let lost = isEven(network) ? lostByEven : network.name == "base" ? [] : lostByDepth
      return lost.contains(seed)
        ? nil : 0.6 + (isEven(network) ? gain : 0) + noise(network, seed)
    }
    let results = try StudyResults(study)
    let page = try StudyReport(study: study, results: results, slots: [], isHeld: true).html(
      renewed: Date())
    return (try XCTUnwrap(results.verdicts.first), page)
  }

  func testALostSeedMakesNoNetworkLookBetter() throws {
    let large = 0.1
    for (gain, even, depth, status) in [
      (large, [], [], .shown), (-large, [], [], .reversed),
      // What is left of a network is no evidence for it, and remains evidence against it.
      (large, [2], [], .notShown), (-large, [2], [], .reversed),
      (large, [], [2], .shown), (-large, [], [2], .notShown),
      // Lost by both, a seed tells nothing of either.
      (large, [2], [2], .shown), (-large, [1, 2], [1, 2], .reversed),
      (large, [1, 2], [2], .notShown), (large, [1], [2], .notShown), (-large, [1], [2], .notShown),
      (large, [2], [1, 2], .shown),
    ] as [(Double, Set<Int>, Set<Int>, Judgement.Verdict)] {
      let (verdict, page) = try verdict(gain: gain, lostByEven: even, lostByDepth: depth)
      let what = "\(gain) \(even) \(depth)"
      XCTAssertEqual(verdict.status, status, what)
      XCTAssertEqual(verdict.seeds, seeds - even.union(depth).count, what)
      XCTAssertEqual(verdict.lost.count, (even.isEmpty ? 0 : 1) + (depth.isEmpty ? 0 : 1), what)
      for (name, lost, other) in [("even ×2", even, depth), ("depth ×2", depth, even)]
      where !lost.isEmpty {
        let found = try XCTUnwrap(verdict.lost.first { $0.network == name }, what)
        XCTAssertEqual(found.seeds, lost.sorted().map { 3 + $0 }, what)
        XCTAssertEqual(found.asked, seeds, what)
        XCTAssertEqual(found.isBarred, !lost.isSubset(of: other), what)
        // At the network's point, too.
        XCTAssertTrue(page.contains("\(name), without \(lost.count) that diverged"), what)
        let words = "\(lost.count) of 6 seeds of \(name) diverged"
        XCTAssertTrue(page.contains(words), what)
        XCTAssertEqual(
          page.contains("\(words), so that nothing can show it to be better"), found.isBarred, what)
      }
    }
  }

  func testAVerdictIsOpenUntilAllTrainingsHaveEnded() throws {
    let whole = try scaling(evenOverAll) { network, seed in
      0.6 + (isEven(network) ? 0.1 : 0) + noise(network, seed)
    }
    let jobs = try whole.jobs()
    // The seeds of all networks come in their order, and those of the last one lag behind.
    let names = Dictionary(
      try whole.networks().map { ($0.network, $0.name) }, uniquingKeysWith: { first, _ in first })
    let (study, last) = (try self.study(.scaling, ["search.seeds=\(seeds)"] + evenOverAll), 1)
    for seed in 0..<seeds {
      for job in jobs where job.trial.seed == seed + 3 {
        if names[job.trial.network] == "width ×2", seed >= seeds - last { continue }
        study.add(try XCTUnwrap(whole.ledger[job]))
      }
      let results = try StudyResults(study)
      let page = try StudyReport(study: study, results: results, slots: [], isHeld: true).html(
        renewed: Date())
      let isDepthDone = seed == seeds - 1
      XCTAssertEqual(results.verdicts.map(\.status), [isDepthDone ? .shown : nil, nil])
      XCTAssertTrue(results.claims.isEmpty)
      XCTAssertNil(results.winner)
      XCTAssertFalse(page.contains("trains it to the same bits"))
      for verdict in results.verdicts {
        XCTAssertEqual(verdict.asked, seeds)
        XCTAssertNil(verdict.holmP, "what is open may change it")
        guard verdict.status == nil else { continue }
        XCTAssertNil(verdict.interval)
        XCTAssertNil(verdict.imagesInterval)
        XCTAssertNil(verdict.p)
        let points = String(format: "%.2f", 100 * (try XCTUnwrap(verdict.difference)))
        XCTAssertTrue(
          page.contains(
            "Whether even ×2 is better than \(verdict.second) is open: the difference is \(points) points "
              + "so far, by \(verdict.seeds) of 6 seeds."), page)
      }
      XCTAssertEqual(page.contains("✓ shown"), isDepthDone)
    }
    for job in jobs where !study.ledger.has(job) { study.add(try XCTUnwrap(whole.ledger[job])) }
    let results = try StudyResults(study)
    XCTAssertEqual(results.verdicts.map(\.status), [.shown, .shown])
    XCTAssertEqual(results.claims.map(\.status), [.shown])
    XCTAssertNotNil(results.winner)
    XCTAssertTrue(results.verdicts.allSatisfy { $0.holmP != nil })
  }

  func testNothingHasWonBeforeTheEnd() throws {
    for kind in [StudyKind.grid, .architecture] {
      let study = try study(kind)
      var (done, open) = (0, 0)
      while let job = try study.jobs().first(where: { !study.ledger.has($0) }) {
        if done % 5 == 0 {
          let results = try StudyResults(study)
          XCTAssertNil(results.winner, "\(kind)")
          XCTAssertNil(results.trained, "\(kind)")
          open += results.verdicts.count { $0.status == nil }
        }
        study.add(madeUp(job, of: study))
        done += 1
      }
      let results = try StudyResults(study)
      XCTAssertNotNil(results.winner, "\(kind)")
      XCTAssertTrue(results.verdicts.allSatisfy { $0.status != nil }, "\(kind)")
      XCTAssertGreaterThan(open, 0, "\(kind)")
    }
  }

  func testSeedsThatAllSayTheSameAreNoCertainty() throws {
    for (seeds, status) in [(3, Judgement.Verdict.notShown), (6, .shown)] {
      let study = try study(.scaling, evenOverDepth + ["search.seeds=\(seeds)"])
      let networks = try study.networks()
      for job in try study.jobs() {
        let network = try XCTUnwrap(networks.first { $0.network == job.trial.network })
        study.add(entry(job, isEven(network) ? 0.75 : 0.625))
      }
      let results = try StudyResults(study)
      let verdict = try XCTUnwrap(results.verdicts.first)
      XCTAssertEqual(verdict.status, status)
      XCTAssertEqual(verdict.difference, 0.125)
      XCTAssertNil(verdict.interval)
      XCTAssertNil(verdict.imagesInterval)
      XCTAssertNotNil(verdict.p)
      for network in results.networks {
        XCTAssertEqual(network.confirmation?.deviation, 0)
        XCTAssertNil(network.confirmation?.interval)
      }
      let page = try StudyReport(study: study, results: results, slots: [], isHeld: true).html(
        renewed: Date())
      XCTAssertFalse(page.contains(/95 % interval [-0-9]/))
      XCTAssertFalse(page.contains("±0.00"))
    }
  }

  func testResultsCallNoNetworkBetterThatMayBeWorse() throws {
    let study = try scaling(evenOverAll) { network, seed in
      0.6 - (isEven(network) ? 0.1 : 0) + noise(network, seed)
    }
    let results = try StudyResults(study)
    XCTAssertEqual(results.verdicts.map(\.status), [.reversed, .reversed])
    let object = try XCTUnwrap(
      try JSONSerialization.jsonObject(with: Data(results.json.utf8)) as? [String: Any])
    let verdicts = try XCTUnwrap(object["verdicts"] as? [[String: Any]])
    let claims = try XCTUnwrap(object["claims"] as? [[String: Any]])
    XCTAssertEqual(verdicts.map { $0["first"] as? String }, ["even ×2", "even ×2"])
    XCTAssertEqual(verdicts.map { $0["second"] as? String }, ["depth ×2", "width ×2"])
    XCTAssertEqual(claims.map { $0["first"] as? String }, ["even ×2"])
    for object in verdicts + claims {
      XCTAssertNil(object["better"])
      XCTAssertNil(object["worse"])
    }
  }

  func testNoIntervalLeavesWhatAnAccuracyCanBe() throws {
    // Two seeds that differ by much: Student's intervals are many times as wide as all there is.
    let study = try scaling(evenOverDepth + ["search.seeds=2"]) { network, seed in
      isEven(network) ? (seed == 0 ? 0.2 : 0.99) : 0.01
    }
    let results = try StudyResults(study)
    let verdict = try XCTUnwrap(results.verdicts.first)
    XCTAssertGreaterThan(try XCTUnwrap(verdict.interval).high, 1)
    let page = try StudyReport(study: study, results: results, slots: [], isHeld: true).html(
      renewed: Date())
    XCTAssertTrue(page.contains("95 % interval −100.00 to 100.00 for other seeds"), page)
    XCTAssertTrue(page.contains(">0.00 to 100.00<"), "in the table")
  }

  func testANetworkWithoutASeedLeftIsNamedAllTheSame() throws {
    let (verdict, page) = try verdict(gain: 0.1, lostByDepth: Set(0..<seeds))
    XCTAssertEqual(verdict.status, .notShown)
    XCTAssertNil(verdict.difference)
    XCTAssertEqual(verdict.seeds, 0)
    XCTAssertTrue(page.contains("no seed is left that neither of them diverged with"))
    XCTAssertTrue(page.contains("∅ cannot be told"))
    XCTAssertFalse(page.contains("○ not shown"))
    XCTAssertTrue(page.contains("6 of 6 seeds of depth ×2 diverged"))
  }

  private let evenOverAll = [
    "search.directions=[even, depth, width]", "search.hypotheses=[even > depth, even > width]",
  ]

  func testAClaimIsShownWhereAllItsPartsAre() throws {
    for (lost, isWidthClose, status) in [
      ([], false, .shown), ([], true, .notShown), (["even"], false, .notShown),
      (["depth"], false, .shown), (["even", "depth"], false, .notShown),
    ] as [([String], Bool, Judgement.Verdict)] {
      let study = try scaling(evenOverAll) { network, seed in
        let isLost = seed == 1 && lost.contains { network.name.hasPrefix($0) }
        let isClose = isWidthClose && network.name.hasPrefix("width")
        let gain = isEven(network) || isClose ? 0.1 : 0
        return isLost ? nil : 0.6 + gain + noise(network, seed)
      }
      let results = try StudyResults(study)
      let claim = try XCTUnwrap(results.claims.first)
      XCTAssertEqual(results.claims.count, 1)
      XCTAssertEqual(claim.rivals, ["depth ×2", "width ×2"])
      XCTAssertEqual(claim.status, status, "\(lost) \(isWidthClose)")
      XCTAssertEqual(
        results.verdicts.allSatisfy { $0.status == .shown }, status == .shown, "\(lost)")
    }
  }

  func testAClaimBesideARivalWithoutSeedsIsNotShown() throws {
    let study = try scaling(evenOverAll) { network, seed in
      network.name.hasPrefix("width")
        ? nil : 0.6 + (isEven(network) ? 0.1 : 0) + noise(network, seed)
    }
    let claim = try XCTUnwrap(try StudyResults(study).claims.first)
    XCTAssertEqual(claim.status, .notShown)
    XCTAssertNil(claim.p)
  }

  func testDirectionsThatFallOnOneNetworkAreNotTestedAgainstEachOther() throws {
    let study = try scaling([
      "search.directions=[even, '1:1:1', depth, '1:0:0', width]",
      "search.hypotheses=[\"even > 1:1:1\", even > depth, \"even > 1:0:0\", \"1:1:1 > depth\", even > width, "
        + "\"1:0:0 > 1:1:1\"]",
    ]) { network, seed in 0.6 + noise(network, seed) }
    let results = try StudyResults(study)
    let (even, depth) = ("even = 1:1:1 ×2", "depth = 1:0:0 ×2")
    XCTAssertEqual(results.verdicts.map(\.first), [even, even])
    XCTAssertEqual(results.verdicts.map(\.second), [depth, "width ×2"])
    XCTAssertEqual(results.claims.map(\.rivals), [[depth, "width ×2"]])
    XCTAssertEqual(results.coincidences.map(\.hypothesis), ["even > 1:1:1"])
    XCTAssertEqual(results.coincidences.map(\.network), [even])
    let page = try StudyReport(study: study, results: results, slots: [], isHeld: true).html(
      renewed: Date())
    XCTAssertTrue(
      page.contains("Of even &gt; 1:1:1 nothing can be told: both directions lead to one network"))
  }

  func testPIsAdjustedForAllHypotheses() throws {
    let study = try scaling([
      "search.directions=[even, depth, width, resolution]",
      "search.hypotheses=[even > depth, even > width, even > resolution]",
    ]) { network, seed in
      let gains = ["even": 0.02, "depth": 0.012, "width": 0.005]
      let gain = gains.first { network.name.hasPrefix($0.key) }?.value ?? 0
      return 0.6 + gain + noise(network, seed) + 0.01 * Double((7 * seed + network.name.count) % 5)
    }
    let verdicts = try StudyResults(study).verdicts
    let p = try verdicts.map { try XCTUnwrap($0.p).twoSided }
    XCTAssertEqual(verdicts.compactMap(\.holmP), Holm.adjusted(p))
    XCTAssertNotEqual(verdicts.compactMap(\.holmP), p)
    let page = try StudyReport(study: study, results: StudyResults(study), slots: [], isHeld: true)
      .html(renewed: Date())
    XCTAssertTrue(page.contains("with Holm&#39;s adjustment for 3 such comparisons"), page)
    // One alone has nothing to be adjusted for.
    let (alone, _) = try verdict(gain: 0.1)
    XCTAssertNil(alone.holmP)
  }

  /// Top-1 by a power law of multiply-adds.
  private func lawful(_ network: StudyNetwork) -> Double {
    1 - 30 * pow(Double(network.network.multiplyAdds), -0.3)
  }

  func testMoreMultiplyAddsAreNoMerit() throws {
    let overrides = evenOverAll + ["search.factors=[2, 4]"]
    var corrections: [[Double]] = []
    for gain in [0, 0.05] {
      let study = try scaling(overrides) { network, _ in
        lawful(network) + (network.name == "even ×2" ? gain : 0)
      }
      let networks = try study.networks()
      let verdicts = try StudyResults(study).verdicts.filter { $0.first == "even ×2" }
      XCTAssertEqual(verdicts.count, 2)
      corrections.append(
        try verdicts.map { verdict in
          let corrected = try XCTUnwrap(verdict.correctedDifference)
          let difference = try XCTUnwrap(verdict.difference)
          // What is left is what was planted, whatever both cost; top-1 is rounded to images.
          XCTAssertEqual(corrected, gain, accuracy: 2 / Double(Self.validationCount))
          let rival = try XCTUnwrap(networks.first { $0.name == verdict.second })
          let even = try XCTUnwrap(networks.first { $0.name == "even ×2" })
          XCTAssertNotEqual(verdict.costRatio, 1)
          XCTAssertEqual(
            difference - corrected, lawful(even) - lawful(rival),
            accuracy: 2 / Double(Self.validationCount))
          return difference - corrected
        })
    }
    // What is corrected is more than the rounding.
    XCTAssertTrue(corrections[0].contains { abs($0) > 0.005 }, "\(corrections[0])")
    // The line is that of the others: what a network comes to is no part of its own correction.
    for (one, other) in zip(corrections[0], corrections[1]) {
      XCTAssertEqual(one, other, accuracy: 1e-12)
    }
  }

  func testNothingIsCorrectedWithoutALineOfOthers() throws {
    let (verdict, _) = try verdict(gain: 0.1)
    XCTAssertNotNil(verdict.difference)
    XCTAssertNil(verdict.correctedDifference, "the base alone is no line")
  }

  /// A study that selects, with results by lot but for the base, which is not selected.
  private func selecting(_ kind: StudyKind, _ overrides: [String] = []) throws -> StudyResults {
    let study = try study(kind, overrides)
    while let job = try study.jobs().first(where: { !study.ledger.has($0) }) {
      let isLast = job.trial.network == study.recipe.base && job.trial.images == .heldOut
      study.add(
        isLast
          ? LedgerEntry(madeUp: job, correct: 0, of: study.measuredImages(job))
          : madeUp(job, of: study))
    }
    return try StudyResults(study)
  }

  func testWhatNobodyHasAskedIsMarkedSo() throws {
    for kind in [StudyKind.grid, .architecture] {
      let results = try selecting(
        kind, kind == .grid ? ["search.hypotheses=[even > depth]"] : [])
      let winner = try XCTUnwrap(results.winner).name
      for verdict in results.verdicts {
        let rivals = ["base"] + (kind == .grid ? ["depth ×2", "width ×2", "resolution ×2"] : [])
        let expected: Verdict.Basis =
          (verdict.first, verdict.second) == ("even ×2", "depth ×2")
          ? .hypothesis : rivals.contains(verdict.second) ? .routine : .noticed
        XCTAssertEqual(verdict.basis, expected, "\(kind): \(verdict.first) > \(verdict.second)")
        if expected != .hypothesis { XCTAssertEqual(verdict.first, winner) }
        XCTAssertGreaterThan(verdict.seeds, 0, "of what was never confirmed nothing is said")
        if verdict.second == "base" {
          XCTAssertNil(verdict.correctedDifference, "it costs less on purpose")
        }
      }
      XCTAssertTrue(results.verdicts.contains { $0.basis == .routine && $0.second == "base" })
      XCTAssertEqual(results.verdicts.contains { $0.basis == .hypothesis }, kind == .grid)
    }
  }
}
