import Benchmarks
import Training
import XCTest

/// The arithmetic of where a step's time goes, on made-up events whose answer is known.
final class StepPartsTests: XCTestCase {
  /// Roundings of sums of nanoseconds.
  private let tolerance = 1e-12
  private let sequence = ExchangeSequence(
    kinds: [.statistics, .gradientReady, .statistics, .gradientEnd], bytes: [100, 4000, 100, 8000])

  /// Nanoseconds from milliseconds.
  private func timeline(
    step: Int, data: Int = 0, compute: [Int], blocked: [Int], update: Int
  ) -> StepTimeline {
    let unit = 1_000_000
    return StepTimeline(
      step: step * unit, data: data * unit, compute: compute.map { $0 * unit },
      blocked: blocked.map { $0 * unit }, update: update * unit)
  }

  func testTheLastOfTwoRanksPaysTheExchangeAndTheOtherWaits() {
    // Rank 0 is 4 ms early at the first exchange, which takes 2; rank 1 is 1 ms early at the
    // second, which takes 3; at the end rank 0 comes 6 ms early and 10 ms of gradients are left.
    let parts = StepParts(
      [
        timeline(
          step: 101, data: 1, compute: [10, 5, 16, 20], blocked: [6, 0, 3, 16], update: 24),
        timeline(
          step: 101, data: 5, compute: [14, 5, 15, 26], blocked: [2, 0, 4, 10], update: 20),
      ], sequence)
    XCTAssertEqual(parts.step, 0.101, accuracy: tolerance)
    XCTAssertEqual(parts.batchNormExchange, 0.005, accuracy: tolerance)
    XCTAssertEqual(parts.gradientExchange, 0.010, accuracy: tolerance)
    XCTAssertEqual(parts.imbalance, (0.004 + 0.001 + 0.006) / 2, accuracy: tolerance)
    XCTAssertEqual(parts.data, 0.003, accuracy: tolerance)
    XCTAssertEqual(parts.compute, (0.075 + 0.080) / 2, accuracy: tolerance)
    // The clocks of the ranks: 101 − 101 of rank 0, 101 − 101 of rank 1.
    XCTAssertEqual(parts.other, 0, accuracy: tolerance)
  }

  func testThreeRanksAndAGapBetweenTheClocks() {
    let parts = StepParts(
      [
        timeline(step: 50, compute: [10, 0, 10, 10], blocked: [3, 0, 1, 1], update: 9),
        timeline(step: 50, compute: [12, 0, 8, 10], blocked: [1, 0, 3, 1], update: 9),
        timeline(step: 50, compute: [9, 0, 9, 10], blocked: [4, 0, 2, 1], update: 9),
      ], sequence)
    XCTAssertEqual(parts.batchNormExchange, 0.002, accuracy: tolerance)
    XCTAssertEqual(parts.gradientExchange, 0.001, accuracy: tolerance)
    XCTAssertEqual(parts.imbalance, (0.002 + 0.003 + 0.001 + 0.002) / 3, accuracy: tolerance)
    // Each rank's clock went on for 50 ms; 44, 44 and 44 are accounted for.
    XCTAssertEqual(parts.other, 0.006, accuracy: tolerance)
  }

  func testTheMiddleOfStepsForgetsOutliersAndStillAddsUp() {
    let steps = [100, 10, 12, 14, 1].map {
      StepParts(
        [timeline(step: $0, compute: [0, 0, 0, $0 - 2], blocked: [0, 0, 0, 1], update: 1)],
        sequence)
    }
    let middle = StepParts(middleOf: steps)
    XCTAssertEqual(middle.step, 0.012, accuracy: tolerance)
    XCTAssertEqual(middle.compute, 0.011, accuracy: tolerance)
    XCTAssertEqual(middle.gradientExchange, 0.001, accuracy: tolerance)
    XCTAssertEqual(middle.other, 0, accuracy: tolerance)
  }

  func testTheLossIsSplitWithoutRemainder() {
    let alone = StepParts(
      [timeline(step: 80, compute: [20, 10, 20, 20], blocked: [0, 0, 0, 0], update: 10)], sequence)
    let busy = StepParts(
      [timeline(step: 84, compute: [22, 10, 22, 20], blocked: [0, 0, 0, 0], update: 10)], sequence)
    let point = StepParts(
      [
        timeline(
          step: 101, data: 1, compute: [22, 10, 23, 20], blocked: [5, 0, 2, 7], update: 10),
        timeline(
          step: 101, data: 3, compute: [24, 10, 23, 20], blocked: [3, 0, 2, 5], update: 10),
      ], sequence)
    let split = LossSplit(point: point, alone: alone, busy: busy, share: 1)
    XCTAssertEqual(split.loss, 0.021, accuracy: tolerance)
    XCTAssertEqual(split.gradientExchange, 0.005, accuracy: tolerance)
    XCTAssertEqual(split.batchNormExchange, 0.005, accuracy: tolerance)
    XCTAssertEqual(split.imbalance, 0.002, accuracy: tolerance)
    XCTAssertEqual(split.data, 0.002, accuracy: tolerance)
    XCTAssertEqual(split.slowerCompute, 0.006, accuracy: tolerance)
    XCTAssertEqual(split.contention ?? 0, 0.004, accuracy: tolerance)
    XCTAssertEqual(split.parts.reduce(0) { $0 + $1.seconds }, split.loss, accuracy: tolerance)
    // The clocks of the steps went on for a millisecond that is not accounted for.
    XCTAssertEqual(split.other, 0.001, accuracy: tolerance)
    // Half the images: half of the time of one rank alone is perfect.
    let strong = LossSplit(point: point, alone: alone, busy: nil, share: 0.5)
    XCTAssertEqual(strong.perfect, 0.04, accuracy: tolerance)
    XCTAssertNil(strong.contention)
  }
}
