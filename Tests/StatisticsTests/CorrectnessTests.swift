import Statistics
import Tensors
import XCTest

final class CorrectnessTests: XCTestCase {
  func testMcNemarIsThatOfScipy() throws {
    for row in try Reference.read().mcNemar {
      let test = McNemar(onlyFirst: Int(row[0]), onlySecond: Int(row[1]))
      assertClose(test.p.greater, row[2], digits: 1e-9, "\(row)")
      assertClose(test.p.twoSided, row[3], digits: 1e-9, "\(row)")
    }
  }

  func testMcNemarCountsDiscordantImages() {
    let test = McNemar(
      [true, true, false, true, false, false], [true, false, false, false, true, false])
    XCTAssertEqual(test, McNemar(onlyFirst: 2, onlySecond: 1))
    XCTAssertEqual(McNemar([true, false], [true, false]).p, PValues(greater: 1, less: 1))
    XCTAssertEqual(McNemar([], []).p.twoSided, 1)
  }

  /// Results of networks whose seeds and images differ in how often they are right, `[S][N]`.
  private func results(_ seed: UInt64, seeds: Int, images: Int) -> [[Bool]] {
    var random = CounterRandom(seed: seed, purpose: .synthetic)
    let difficulties = (0..<images).map { _ in random.uniform() }
    return (0..<seeds).map { seed in
      difficulties.map { random.uniform() < 0.95 - 0.6 * $0 * $0 - 0.02 * Double(seed) }
    }
  }

  func testTheErrorOfImagesIsThatOfImagesDrawnAgain() throws {
    let (first, second) = (
      results(1, seeds: 5, images: 400), results(2, seeds: 5, images: 400)
    )
    let estimate = try XCTUnwrap(TwoWayEstimate(first, minus: second))
    let differences = first[0].indices.map { image in
      zip(first, second).map { ($0[image] ? 1.0 : 0) - ($1[image] ? 1 : 0) }.mean
    }
    assertClose(estimate.seeds.mean, differences.mean, digits: 1e-9)
    assertClose(estimate.images.mean, differences.mean, digits: 1e-9)
    var random = CounterRandom(seed: 6, purpose: .synthetic)
    let draws = (0..<2_000).map { _ in
      differences.map { _ in differences[random.index(below: differences.count)] }.mean
    }
    let deviation = (draws.squaredDistances / Double(draws.count)).squareRoot()
    // Three standard errors of a deviation of 2,000 draws.
    XCTAssertEqual(
      try XCTUnwrap(estimate.images.standardError) / deviation, 1,
      accuracy: 3 / 4_000.0.squareRoot())
  }

  func testTheErrorOfImagesIsThatOfAnAccuracy() throws {
    let results = results(3, seeds: 1, images: 1_000)
    let none = [[Bool](repeating: false, count: 1_000)]
    let estimate = try XCTUnwrap(TwoWayEstimate(results, minus: none))
    let planned = StudyPower.standardError(accuracy: estimate.seeds.mean, images: 1_000)
    // Over N − 1 instead of N.
    assertClose(estimate.images.standardError, planned * (1_000.0 / 999).squareRoot(), digits: 1e-9)
    XCTAssertNil(estimate.interval(), "one seed does not tell how seeds differ")
  }

  func testTheIntervalContainsThatOfSeeds() throws {
    for seeds in 2...6 {
      for images in [2, 30, 500] {
        let (first, second) = (
          results(7, seeds: seeds, images: images), results(8, seeds: seeds, images: images)
        )
        let comparison = try XCTUnwrap(
          PairedComparison(first.map(accuracy), second.map(accuracy)))
        let estimate = try XCTUnwrap(TwoWayEstimate(first, minus: second))
        XCTAssertEqual(estimate.seeds, comparison.difference)
        let (own, both) = (
          try XCTUnwrap(comparison.difference.interval()), try XCTUnwrap(estimate.interval())
        )
        XCTAssertLessThanOrEqual(both.low, own.low, "\(seeds) seeds, \(images) images")
        XCTAssertGreaterThanOrEqual(both.high, own.high, "\(seeds) seeds, \(images) images")
      }
    }
  }

  private func accuracy(_ results: [Bool]) -> Double {
    Double(results.count { $0 }) / Double(results.count)
  }

  /// Two networks of which the first is better by ``planted``, with seeds and images of their own.
  ///
  /// - Parameter stability: Probability of an image that a network can tell to be right; the others
  ///   are with what is left to 1.
  private func study(_ number: Int, seeds: Int, stability: Double) -> [[[Bool]]] {
    var random = CounterRandom(seed: 9, epoch: seeds, sample: number, purpose: .synthetic)
    return [0.55 + planted / (2 * stability - 1), 0.55].map { share in
      let isEasy = (0..<300).map { _ in random.uniform() < share }
      return (0..<seeds).map { _ in
        let luck = 0.01 * random.normal()
        return isEasy.map { random.uniform() < ($0 ? stability : 1 - stability) + luck }
      }
    }
  }

  private let planted = 0.03

  func testBoundsForOtherSeedsAndImagesHoldTheTruth() throws {
    let studies = 1_000
    // 95 % less three standard errors of such a share.
    let fewest = 930
    for seeds in [3, 6] {
      for (stability, imagesDecide) in [(0.95, true), (0.6, false)] {
        var (both, own) = (0, 0)
        for number in 0..<studies {
          let networks = study(number, seeds: seeds, stability: stability)
          let estimate = try XCTUnwrap(TwoWayEstimate(networks[0], minus: networks[1]))
          if holds(estimate.interval()) { both += 1 }
          if holds(estimate.seeds.interval()) { own += 1 }
        }
        XCTAssertGreaterThanOrEqual(both, fewest, "\(seeds) seeds, \(stability)")
        if imagesDecide {
          XCTAssertLessThan(own, 800, "the interval for other seeds alone: \(seeds) seeds")
          // Quantiles of two degrees of freedom for both parts would hold it in each study.
          XCTAssertLessThan(both, 990, "\(seeds) seeds")
        }
      }
    }
  }

  private func holds(_ interval: Interval?) -> Bool {
    interval.map { $0.low <= planted && planted <= $0.high } ?? false
  }

  func testResultsThatAreAllAlikeHaveNoInterval() throws {
    let right = [[Bool]](repeating: [Bool](repeating: true, count: 50), count: 3)
    let estimate = try XCTUnwrap(TwoWayEstimate(right, minus: right))
    XCTAssertNil(estimate.interval())
    XCTAssertEqual(estimate.images.standardError, 0)
    XCTAssertNil(TwoWayEstimate([], minus: []))
    XCTAssertNil(TwoWayEstimate([[], []], minus: [[], []]))
    let one = try XCTUnwrap(TwoWayEstimate([[true], [true]], minus: [[false], [true]]))
    XCTAssertNil(one.interval(), "one image does not tell how images differ")
  }
}
