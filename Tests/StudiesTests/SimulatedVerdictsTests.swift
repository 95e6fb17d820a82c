import Statistics
import Studies
import Tensors
import Training
import XCTest

/// What studies conclude from ledgers whose truth is known.
final class SimulatedVerdictsTests: StudyCase {
  override class var validationCount: Int { 300 }

  private let hypotheses = ["even > depth", "even > width"]
  /// Deviation of top-1 over seeds that all networks have in common, and that of each network
  /// alone.
  private let common = 0.02
  private let own = 0.015

  /// A study of scaling whose networks have their true top-1, with noise of each seed.
  private func simulated(
    _ number: Int, seeds: Int, truth: (StudyNetwork) -> Double
  ) throws -> Study {
    let study = try study(
      .scaling,
      [
        "search.seeds=\(seeds)", "search.directions=[even, depth, width]",
        "search.hypotheses=[\(hypotheses.joined(separator: ", "))]",
      ])
    var random = CounterRandom(seed: 12, epoch: seeds, sample: number, purpose: .synthetic)
    let ofSeeds = (0..<seeds).map { _ in common * random.normal() }
    let networks = try study.networks()
    for job in try study.jobs() {
      let network = try XCTUnwrap(networks.first { $0.network == job.trial.network })
      let seed = job.trial.seed - study.configuration.run.training.seed
      let top1 = truth(network) + ofSeeds[seed] + own * random.normal()
      study.add(LedgerEntry(madeUp: job, hits(top1, of: study.imageCounts.validation, &random)))
    }
    return study
  }

  /// Some images, as many as a top-1 makes of all.
  private func hits(_ top1: Double, of count: Int, _ random: inout CounterRandom) -> Correctness {
    var images = Array(0..<count)
    random.shuffle(&images)
    var hits = Correctness(count: count)
    for image in images.prefix(Int((top1 * Double(count)).rounded())) { hits[image] = true }
    return hits
  }

  /// How often each hypothesis has each verdict.
  private func verdicts(
    _ ledgers: Int, seeds: Int, truth: (StudyNetwork) -> Double
  ) throws -> [String: [Judgement.Verdict: Int]] {
    var counts: [String: [Judgement.Verdict: Int]] = [:]
    for number in 0..<ledgers {
      let study = try simulated(number, seeds: seeds, truth: truth)
      let verdicts = try Verdicts(
        study, Scores(study), study.networks(), winner: nil)
      XCTAssertEqual(verdicts.verdicts.count, hypotheses.count)
      for verdict in verdicts.verdicts {
        let status = try XCTUnwrap(verdict.status)
        counts[verdict.second, default: [:]][status, default: 0] += 1
        XCTAssertEqual(verdict.seeds, seeds)
        XCTAssertEqual(verdict.basis, .hypothesis)
        XCTAssertTrue(verdict.lost.isEmpty)
      }
      let claim = try XCTUnwrap(verdicts.claims.first)
      counts["all", default: [:]][claim.status, default: 0] += 1
    }
    return counts
  }

  func testEqualNetworksAreCalledNotShown() throws {
    // Of 100 with a probability of 95 %: three standard errors below.
    let fewest = 88
    for seeds in [3, 6] {
      let counts = try verdicts(100, seeds: seeds) { _ in 0.7 }
      XCTAssertEqual(counts.count, hypotheses.count + 1)
      for (rival, count) in counts {
        XCTAssertGreaterThanOrEqual(count[.notShown] ?? 0, fewest, "\(rival), \(seeds) seeds")
      }
      let all = counts.values.reduce(0) { $0 + ($1[.notShown] ?? 0) }
      XCTAssertGreaterThanOrEqual(all, 93 * counts.count, "of all, \(seeds) seeds")
    }
  }

  func testAPlantedDifferenceIsShown() throws {
    // Three deviations of the paired differences, which are √2 times as noisy as a network.
    let difference = 3 * own * 2.0.squareRoot()
    let isEven = { (network: StudyNetwork) in network.directions.contains { $0.name == "even" } }
    let ledgers = 30
    for (sign, found, wrong) in [
      (1.0, Judgement.Verdict.shown, Judgement.Verdict.reversed), (-1, .reversed, .shown),
    ] {
      let counts = try verdicts(ledgers, seeds: 6) { 0.7 + (isEven($0) ? sign * difference : 0) }
      for (rival, count) in counts {
        XCTAssertGreaterThanOrEqual(count[found] ?? 0, ledgers - 2, rival)
        XCTAssertNil(count[wrong], rival)
      }
    }
  }
}
