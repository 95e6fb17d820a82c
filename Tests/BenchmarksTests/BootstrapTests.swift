import Benchmarks
import Tensors
import XCTest

final class BootstrapTests: XCTestCase {
  private func repetitions(_ count: Int, of steps: Int, mean: Double, seed: UInt64) -> [[Double]] {
    var random = CounterRandom(seed: seed, purpose: .synthetic)
    return (0..<count).map { _ in (0..<steps).map { _ in mean + random.normal() } }
  }

  func testAConstantHasNoInterval() {
    let interval = Bootstrap.median([[3, 3], [3, 3, 3]])
    XCTAssertEqual([interval.value, interval.low, interval.high], [3, 3, 3])
  }

  func testTheTrueMedianIsWithinTheBoundsAsOftenAsPromised() {
    let trials = 100
    // 95 of 100 are promised; fewer than 85 have a probability below 1e-4, with room for few steps.
    let fewest = 85
    let hits = (0..<trials).filter {
      let interval = Bootstrap.median(repetitions(5, of: 20, mean: 10, seed: UInt64($0)))
      return interval.low <= 10 && 10 <= interval.high
    }
    XCTAssertGreaterThan(hits.count, fewest)
    XCTAssertLessThanOrEqual(hits.count, trials)
  }

  func testMoreValuesNarrowTheInterval() {
    let few = Bootstrap.median(repetitions(5, of: 5, mean: 10, seed: 1))
    let many = Bootstrap.median(repetitions(20, of: 50, mean: 10, seed: 1))
    XCTAssertLessThan(many.high - many.low, 0.5 * (few.high - few.low))
    XCTAssertEqual(many, Bootstrap.median(repetitions(20, of: 50, mean: 10, seed: 1)))
  }

  func testDifferencesBetweenRepetitionsWidenTheInterval() {
    // The same values: once each repetition has a level of its own, once they are mixed.
    let levels = (0..<5).map { level in (0..<20).map { _ in Double(level) } }
    let mixed = (0..<5).map { _ in (0..<20).map { Double($0 % 5) } }
    let (apart, together) = (Bootstrap.median(levels), Bootstrap.median(mixed))
    XCTAssertEqual(apart.value, together.value)
    XCTAssertGreaterThan(apart.high - apart.low, together.high - together.low)
  }

  func testRatios() {
    let ratio = Bootstrap.ratio(
      repetitions(5, of: 20, mean: 180, seed: 1), to: repetitions(5, of: 20, mean: 200, seed: 2))
    XCTAssertEqual(ratio.value, 0.9, accuracy: 0.005)
    XCTAssertTrue(ratio.low < 0.9 && 0.9 < ratio.high && ratio.high - ratio.low < 0.02, "\(ratio)")
  }
}
