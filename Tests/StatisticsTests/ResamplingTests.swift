import Statistics
import Tensors
import XCTest

final class ResamplingTests: XCTestCase {
  /// Deviations of a mean or share that a fixed stream of random numbers may be off by.
  private let deviations = 4.0

  func testBinomialNumbersHaveTheirFrequencies() {
    var random = CounterRandom(seed: 3, purpose: .synthetic)
    let draws = 20_000
    for (count, share) in [(1, 0.3), (6, 0.5), (9, 0.05), (12, 0.9)] {
      var frequencies = [Int](repeating: 0, count: count + 1)
      for _ in 0..<draws { frequencies[random.binomial(count, share: share)] += 1 }
      var ways = 1.0
      for successes in 0...count {
        let expected =
          ways * pow(share, Double(successes)) * pow(1 - share, Double(count - successes))
        let deviation = (expected * (1 - expected) / Double(draws)).squareRoot()
        XCTAssertEqual(
          Double(frequencies[successes]) / Double(draws), expected,
          accuracy: deviations * deviation, "\(successes) of \(count) at \(share)")
        ways *= Double(count - successes) / Double(successes + 1)
      }
    }
  }

  func testBinomialNumbersOfManyTrialsHaveMeanAndDeviation() {
    var random = CounterRandom(seed: 4, purpose: .synthetic)
    let draws = 4_000
    for share in [0.002, 0.4, 0.97] {
      let numbers = (0..<draws).map { _ in Double(random.binomial(50_000, share: share)) }
      let deviation = (50_000 * share * (1 - share)).squareRoot()
      XCTAssertEqual(
        numbers.mean, 50_000 * share,
        accuracy: deviations * deviation / Double(draws).squareRoot())
      XCTAssertEqual(
        (numbers.squaredDistances / Double(draws)).squareRoot() / deviation, 1,
        accuracy: deviations / Double(2 * draws).squareRoot())
    }
  }

  func testCertainTrialsNeedNoNumbers() {
    var random = CounterRandom(seed: 5, purpose: .synthetic)
    var untouched = random
    XCTAssertEqual(random.binomial(0, share: 0.5), 0)
    XCTAssertEqual(random.binomial(7, share: 0), 0)
    XCTAssertEqual(random.binomial(7, share: 1), 7)
    XCTAssertEqual(random.next(), untouched.next())
  }

  func testCommonSeedsAreDrawnOnceForAll() {
    let scores = [[1.0, 2, 3, 4], [11, 12, 13, 14]]
    func draws(_ seeds: Resampling.Seeds) -> [[Double]] {
      (0..<20).map { draw in
        var random = Resampling().random(draw, .seeds)
        return random.redrawnMeans(scores, seeds)
      }
    }
    XCTAssertTrue(draws(.common).allSatisfy { $0[1] - $0[0] == 10 })
    XCTAssertFalse(draws(.own).allSatisfy { $0[1] - $0[0] == 10 })
    XCTAssertNotEqual(draws(.common)[0], draws(.common)[1])
    XCTAssertEqual(draws(.own), draws(.own))
  }

  func testQuantilesLieBetweenNeighbours() {
    XCTAssertEqual([1.0, 2, 4].sortedQuantile(0.75), 3)
    XCTAssertEqual([1.0, 2, 4].sortedQuantile(1), 4)
    XCTAssertEqual([5.0].sortedQuantile(0.3), 5)
  }
}
