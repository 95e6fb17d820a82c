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

  /// The deviation over all draws of seeds and images, exactly.
  ///
  /// With x split into mean, effects of seeds and of images and the rest, draws of both add up to the
  /// sums of the squares of each, over S², N² and S²·N².
  private func standardError(_ x: [[Double]]) -> Double {
    let (seeds, images) = (Double(x.count), Double(x[0].count))
    let mean = x.map(\.mean).mean
    let rows = x.map { $0.mean - mean }
    let columns = x[0].indices.map { image in x.map { $0[image] }.mean - mean }
    var rest = 0.0
    for (row, values) in zip(rows, x) {
      for (column, value) in zip(columns, values) {
        let residual = value - mean - row - column
        rest += residual * residual
      }
    }
    func squares(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }
    return
      (squares(rows) / (seeds * seeds) + squares(columns) / (images * images)
      + rest / (seeds * seeds * images * images)).squareRoot()
  }

  func testSeedsAndImagesAreBothDrawnAgain() throws {
    let first = results(1, seeds: 5, images: 400)
    let second = results(2, seeds: 5, images: 400)
    let accuracy = try XCTUnwrap(TwoWayEstimate(first))
    let numbers = first.map { $0.map { $0 ? 1.0 : 0 } }
    // Three standard errors of a deviation of 2,000 draws.
    let tolerance = 3 / 4_000.0.squareRoot()
    assertClose(accuracy.mean, numbers.map(\.mean).mean)
    XCTAssertEqual(accuracy.standardError / standardError(numbers), 1, accuracy: tolerance)
    let difference = try XCTUnwrap(TwoWayEstimate(first, minus: second))
    let differences = zip(first, second).map { zip($0, $1).map { ($0 ? 1.0 : 0) - ($1 ? 1 : 0) } }
    assertClose(difference.mean, differences.map(\.mean).mean)
    XCTAssertEqual(difference.standardError / standardError(differences), 1, accuracy: tolerance)
    // The draws of a mean over 2,000 results are nearly normal.
    for estimate in [accuracy, difference] {
      let width = (estimate.interval.high - estimate.interval.low) / estimate.standardError
      XCTAssertEqual(width, 2 * 1.96, accuracy: 0.25)
    }
  }

  func testOneSeedLeavesTheNoiseOfImages() throws {
    let results = results(3, seeds: 1, images: 1_000)
    let estimate = try XCTUnwrap(TwoWayEstimate(results))
    let planned = StudyPower.standardError(accuracy: estimate.mean, images: 1_000)
    // Three standard errors of a deviation of 2,000 draws.
    XCTAssertEqual(estimate.standardError / planned, 1, accuracy: 3 / 4_000.0.squareRoot())
  }

  func testDrawsDependOnTheirSeedAlone() throws {
    let results = results(4, seeds: 3, images: 200)
    let resampling = Resampling(draws: 200, seed: 5)
    XCTAssertEqual(TwoWayEstimate(results, resampling), TwoWayEstimate(results, resampling))
    XCTAssertNotEqual(
      TwoWayEstimate(results, resampling), TwoWayEstimate(results, Resampling(draws: 200, seed: 6)))
  }

  func testResultsThatAreAllAlikeHaveAnIntervalWithoutWidth() throws {
    let right = [[Bool]](repeating: [Bool](repeating: true, count: 50), count: 3)
    let estimate = try XCTUnwrap(TwoWayEstimate(right))
    XCTAssertEqual(estimate.interval, Interval(low: 1, high: 1))
    XCTAssertEqual(estimate.standardError, 0)
    XCTAssertEqual(TwoWayEstimate(right, minus: right)?.interval, Interval(low: 0, high: 0))
    XCTAssertNil(TwoWayEstimate([]))
    XCTAssertNil(TwoWayEstimate([[], []]))
  }
}
