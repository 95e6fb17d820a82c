import Statistics
import XCTest

final class FrontTests: XCTestCase {
  func testTheFrontOfATable() {
    // Costs 1 2 2 3 4 5, scores .5 .7 .6 .7 .8 .75: the third and fourth buy no more than the
    // second.
    let front = ParetoFront(costs: [4, 2, 1, 2, 3, 5])
    let scores = [0.8, 0.7, 0.5, 0.6, 0.7, 0.75]
    XCTAssertEqual(front.members(scores), [0, 1, 2])
    XCTAssertEqual(front.costs, [1, 2, 3, 4, 5])
    XCTAssertEqual(front.attained(scores), [0.5, 0.7, 0.7, 0.8, 0.8])
    // Doublings of 1, 1, 1 · .5 + 1 · .7 + 1 · .8 to a cost of 8 and a score of 0.
    assertClose(front.hypervolume(scores, reference: Tradeoff(cost: 8, score: 0)), 2)
    // From a score of .6 to a cost of 3.5: log₂ 1.75 · .1.
    assertClose(
      front.hypervolume(scores, reference: Tradeoff(cost: 3.5, score: 0.6)), 0.1 * log2(1.75),
      digits: 1e-9)
    // At twice the cost, each network has its part: of one that is better the area is larger.
    var better = scores
    better[5] = 0.9
    assertClose(
      front.hypervolume(better, reference: Tradeoff(cost: 10, score: 0)),
      front.hypervolume(scores, reference: Tradeoff(cost: 10, score: 0)) + 0.1)
    XCTAssertEqual(front.hypervolume(scores, reference: Tradeoff(cost: 1, score: 0)), 0)
    XCTAssertEqual(front.hypervolume(scores, reference: Tradeoff(cost: 9, score: 1)), 0)
  }

  func testEqualNetworksShareAPlace() {
    XCTAssertEqual(ParetoFront(costs: [1, 1, 2]).members([0.5, 0.5, 0.5]), [0, 1])
    XCTAssertEqual(ParetoFront(costs: []).members([]), [])
    XCTAssertEqual(ParetoFront(costs: [3]).members([-1]), [0])
  }

  func testFrequenciesCountRedrawnSeeds() throws {
    // The second network beats the first with one seed of two: it is off the front where both draws
    // take the other, and on it whenever its mean is larger than 0.5.
    let front = try XCTUnwrap(
      NoisyFront(costs: [1, 2, 3], scores: [[0.5, 0.5], [0.4, 0.7], [0.1, 0.1]], seeds: .own))
    XCTAssertEqual(front.members, [0, 1])
    XCTAssertEqual(front.frequencies[0], 1)
    // Three standard errors of a share of 2,000 draws.
    XCTAssertEqual(front.frequencies[1], 0.75, accuracy: 0.03)
    XCTAssertEqual(front.frequencies[2], 0)
  }

  func testCommonSeedsKeepPairsTogether() throws {
    // With each seed, the second is a little better; the seeds differ by far more.
    let scores = [[0.3, 0.5, 0.9], [0.31, 0.51, 0.91]]
    let common = try XCTUnwrap(NoisyFront(costs: [1, 2], scores: scores, seeds: .common))
    XCTAssertEqual(common.frequencies, [1, 1])
    let own = try XCTUnwrap(NoisyFront(costs: [1, 2], scores: scores, seeds: .own))
    XCTAssertLessThan(own.frequencies[1], 0.7)
  }

  func testAttainmentAndAreaHaveBounds() throws {
    // A mean of two draws of 0 and 1 is 0, 0.5, 1 with 1/4, 1/2, 1/4.
    let front = try XCTUnwrap(
      NoisyFront(
        costs: [1, 2], scores: [[0.2], [0, 1]], seeds: .own, Resampling(draws: 4_000, seed: 3)))
    let attainment = front.attainment
    XCTAssertEqual(attainment.map(\.cost), [1, 2])
    XCTAssertEqual(attainment[0].median, 0.2)
    XCTAssertEqual(attainment[0].quartiles, Interval(low: 0.2, high: 0.2))
    XCTAssertEqual(attainment[1].median, 0.5)
    XCTAssertGreaterThanOrEqual(attainment[1].quartiles.low, 0.2)
    let area = front.hypervolume(reference: Tradeoff(cost: 4, score: 0))
    assertClose(area.value, 0.2 + 0.5)
    assertClose(area.interval.low, 0.2 + 0.2)
    assertClose(area.interval.high, 0.2 + 1)
  }

  func testOneSeedDoesNotVary() throws {
    XCTAssertNil(NoisyFront(costs: [], scores: [], seeds: .own))
    let front = try XCTUnwrap(
      NoisyFront(costs: [1, 2], scores: [[0.5], [0.4]], seeds: .common, Resampling(draws: 50)))
    XCTAssertEqual(front.frequencies, [1, 0])
    let area = front.hypervolume(reference: Tradeoff(cost: 2, score: 0))
    XCTAssertEqual(area.interval, Interval(low: 0.5, high: 0.5))
    let drawnOnce = try XCTUnwrap(
      NoisyFront(costs: [1], scores: [[0.5]], seeds: .own, Resampling(draws: 1)))
    XCTAssertEqual(drawnOnce.attainment[0].quartiles, Interval(low: 0.5, high: 0.5))
  }
}
