import Statistics
import Tensors
import XCTest

/// Verdicts over many simulated studies, whose truth is known.
final class SimulatedStudyTests: XCTestCase {
  private let studies = 1_000
  /// What a share of 1,000 studies may be off by: three standard errors of 5 %.
  private let tolerance = 0.021

  /// Accuracies on 1,400 images: what a seed does to all networks, and noise of each network.
  private func scores(_ random: inout CounterRandom, seeds: Int, truths: [Double]) -> [[Double]] {
    let common = (0..<seeds).map { _ in 0.02 * random.normal() }
    return truths.map { truth in
      common.map { ((truth + $0 + 0.01 * random.normal()) * 1_400).rounded() / 1_400 }
    }
  }

  /// Share of the studies with each verdict.
  private func shares(
    _ verdict: (inout CounterRandom) throws -> Judgement.Verdict
  ) rethrows -> [Judgement.Verdict: Double] {
    var counts: [Judgement.Verdict: Double] = [.shown: 0, .reversed: 0, .notShown: 0]
    for study in 0..<studies {
      var random = CounterRandom(seed: 11, sample: study, purpose: .synthetic)
      counts[try verdict(&random), default: 0] += 1 / Double(studies)
    }
    return counts
  }

  private func judgements(seeds: Int, truths: [Double]) throws -> [Judgement.Verdict: Double] {
    try shares { random in
      let scores = scores(&random, seeds: seeds, truths: truths)
      return Judgement(try XCTUnwrap(PairedComparison(scores[0], scores[1]))).verdict
    }
  }

  private func claims(seeds: Int, truths: [Double]) throws -> [Judgement.Verdict: Double] {
    try shares { random in
      let scores = scores(&random, seeds: seeds, truths: truths)
      return ClaimAgainstAll(
        try scores.dropFirst().map { try XCTUnwrap(PairedComparison(scores[0], $0)) }
      ).verdict
    }
  }

  func testEqualNetworksAreCalledNotShown() throws {
    for seeds in [3, 6] {
      let shares = try judgements(seeds: seeds, truths: [0.8, 0.8])
      let notShown = try XCTUnwrap(shares[.notShown])
      XCTAssertGreaterThanOrEqual(notShown, 0.93, "\(seeds) seeds")
      XCTAssertEqual(notShown, 0.95, accuracy: tolerance, "\(seeds) seeds")
      for side in [Judgement.Verdict.shown, .reversed] {
        XCTAssertEqual(try XCTUnwrap(shares[side]), 0.025, accuracy: tolerance, "\(seeds) seeds")
      }
    }
  }

  func testAPlantedDifferenceIsShownAsOftenAsPlanned() throws {
    // The noise of a difference of two networks is √2 times that of one.
    let deviation = 0.01 * 2.0.squareRoot()
    for seeds in [3, 6] {
      for difference in [1.0, 2.0] {
        let shares = try judgements(
          seeds: seeds, truths: [0.7 + difference * deviation, 0.7])
        let power = StudyPower.power(seeds: seeds, difference: difference)
        // Three standard errors of a share of one half, the largest there is.
        XCTAssertEqual(try XCTUnwrap(shares[.shown]), power, accuracy: 0.048, "\(seeds) seeds")
        XCTAssertLessThan(try XCTUnwrap(shares[.reversed]), 0.025)
      }
    }
  }

  func testAClaimAgainstEqualRivalsIsCalledNotShown() throws {
    for seeds in [3, 6] {
      // All alike; one rival alike and the others far behind, which is the worst there is.
      for truths in [[0.7, 0.7, 0.7, 0.7], [0.7, 0.7, 0.3, 0.3]] {
        let shares = try claims(seeds: seeds, truths: truths)
        XCTAssertGreaterThanOrEqual(try XCTUnwrap(shares[.notShown]), 0.93, "\(truths)")
      }
      let shares = try claims(seeds: seeds, truths: [0.9, 0.7, 0.6, 0.5])
      XCTAssertGreaterThan(try XCTUnwrap(shares[.shown]), 0.99)
    }
  }
}
