import Foundation
import Statistics
import Studies
import Training
import XCTest

/// What a plan tells of the differences that a study can show.
final class PlannedPowerTests: StudyCase {
  /// A study whose trainings are done: all of a seed rise and fall together, and networks differ
  /// from the base by another number of images for each seed.
  private func done(seeds: Int) throws -> (study: Study, ledger: Ledger) {
    let study = try study(.scaling, ["search.seeds=\(seeds)", "search.directions=[depth, width]"])
    var ledger = Ledger()
    for (number, job) in try study.jobs().enumerated() {
      let seed = job.trial.seed
      let isBase = job.trial.network == study.recipe.base
      let own = isBase ? 0 : (number * number) % 3
      ledger.add(
        LedgerEntry(
          madeUp: job, correct: 3 * (seed % 5) + own, of: study.measuredImages(job)))
    }
    return (study, ledger)
  }

  private func sentence(_ seeds: Int) throws -> String {
    let (study, ledger) = try done(seeds: seeds)
    return PlannedPower(study, ledger, try study.jobs()).sentences[0]
  }

  func testPointsAreThoseOfTheDifferencesAndNotOfTheBase() throws {
    let (study, ledger) = try done(seeds: 6)
    func top1(_ network: ScaledNetwork) throws -> [Double] {
      try study.jobs().filter { $0.trial.network == network }.compactMap { ledger[$0]?.top1 }
    }
    let base = try top1(study.recipe.base)
    let samples = try study.networks().dropFirst().map { network in
      zip(try top1(network.network), base).map { $0 - $1 }
    }
    let deviation = try XCTUnwrap(PooledDeviation(samples)).deviation
    let spread = try XCTUnwrap(MeanEstimate(base)?.deviation)
    XCTAssertGreaterThan(spread, 2 * deviation, "the base itself would tell far more")
    let points = try XCTUnwrap(StudyPower.smallestDifference(seeds: 6, deviation: deviation))
    let expected = String(format: ": about %.2f points, by how much 2 networks", 100 * points)
    let sentence = try sentence(6)
    XCTAssertTrue(sentence.contains(expected), "\(expected): \(sentence)")
  }

  func testTwoSeedsTellNoDeviation() throws {
    for seeds in 2...3 {
      let sentence = try sentence(seeds)
      XCTAssertEqual(sentence.contains("about"), seeds == 3, sentence)
    }
  }
}
