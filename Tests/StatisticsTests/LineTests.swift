import Statistics
import Tensors
import XCTest

final class LineTests: XCTestCase {
  func testTheExponentIsThatOfScipy() throws {
    let reference = try Reference.read().powerLaw
    let line = try XCTUnwrap(PowerLaw(costs: reference.costs, errors: reference.errors))
    assertClose(line.exponent, reference.exponent)
    assertClose(line.exponentError, reference.exponentError)
    assertClose(line.exponentInterval()?.low, reference.low)
    assertClose(line.exponentInterval()?.high, reference.high)
    assertClose(line.error(at: 1e7), reference.errorAtTenMillion)
  }

  func testWhatIsNoLine() throws {
    XCTAssertNil(PowerLaw(costs: [], errors: []))
    XCTAssertNil(PowerLaw(costs: [5], errors: [0.1]))
    XCTAssertNil(PowerLaw(costs: [5, 5], errors: [0.1, 0.2]))
    XCTAssertNil(PowerLaw(costs: [1, 2], errors: [0.1, 0]))
    XCTAssertNil(PowerLaw(costs: [0, 2], errors: [0.1, 0.2]))
    let two = try XCTUnwrap(PowerLaw(costs: [1, 2], errors: [0.4, 0.2]))
    assertClose(two.exponent, 1)
    XCTAssertNil(two.exponentInterval())
    let level = try XCTUnwrap(PowerLaw(costs: [1, 2, 4], errors: [0.3, 0.3, 0.3]))
    XCTAssertEqual(level.exponent, 0)
    XCTAssertEqual(level.exponentInterval(), Interval(low: 0, high: 0))
  }

  /// Errors A · cost^−v with noise of each seed, common to all schemes of the same seed.
  private func line(
    _ costs: [Double], amplitude: Double, exponent: Double, seeds: Int, noise: Double
  ) -> ScalingLine {
    var random = CounterRandom(seed: 21, purpose: .synthetic)
    let factors = (0..<seeds).map { _ in exp(noise * random.normal()) }
    return ScalingLine(
      costs: costs,
      errors: costs.map { cost in factors.map { amplitude * pow(cost, -exponent) * $0 } })
  }

  func testTheDifferenceIsTakenInTheMiddleOfTheCommonCosts() throws {
    let first = line([1, 4], amplitude: 0.3, exponent: 0.5, seeds: 1, noise: 0)
    let second = line([2, 8], amplitude: 0.3, exponent: 0.25, seeds: 1, noise: 0)
    let difference = try XCTUnwrap(LineDifference(first, second))
    assertClose(difference.costs.low, 2)
    assertClose(difference.costs.high, 4)
    // 2^(−1/4 · 1.5), at the geometric middle of 2 and 4.
    assertClose(difference.ratio, pow(2, -0.375))
    XCTAssertNil(difference.interval(), "one seed does not tell how seeds differ")
  }

  func testWhatASeedDoesToBothLinesIsNoDifference() throws {
    let first = line([1, 2, 4], amplitude: 0.27, exponent: 0.3, seeds: 6, noise: 0.1)
    let second = line([1, 2, 4], amplitude: 0.3, exponent: 0.3, seeds: 6, noise: 0.1)
    let difference = try XCTUnwrap(LineDifference(first, second))
    assertClose(difference.ratio, 0.9)
    assertClose(difference.interval()?.low, 0.9, digits: 1e-9)
    assertClose(difference.interval()?.high, 0.9, digits: 1e-9)
  }

  func testTheIntervalIsStudentsOverSeeds() throws {
    // Errors of the first are 1, 2 and 4 hundredths of those of the second, whatever the cost.
    let second = ScalingLine(costs: [1, 2], errors: [[0.5, 0.5, 0.5], [0.4, 0.4, 0.4]])
    let first = ScalingLine(
      costs: [1, 2], errors: second.errors.map { zip($0, [0.01, 0.02, 0.04]).map(*) })
    let difference = try XCTUnwrap(LineDifference(first, second))
    assertClose(difference.ratio, 0.02)
    let expected = try XCTUnwrap(MeanEstimate([0.01, 0.02, 0.04].map { log($0) })?.interval())
    assertClose(difference.interval()?.low, exp(expected.low), digits: 1e-9)
    assertClose(difference.interval()?.high, exp(expected.high), digits: 1e-9)
  }

  func testLinesWithoutCommonCostsAreNotCompared() {
    let first = line([1, 2], amplitude: 0.3, exponent: 0.5, seeds: 2, noise: 0)
    let apart = line([3, 4], amplitude: 0.3, exponent: 0.5, seeds: 2, noise: 0)
    let touching = line([2, 4], amplitude: 0.3, exponent: 0.5, seeds: 2, noise: 0)
    XCTAssertNil(LineDifference(first, apart))
    assertClose(LineDifference(first, touching)?.ratio, 1)
    let perfect = ScalingLine(costs: [1, 2], errors: [[0.1, 0.1], [0.1, 0]])
    XCTAssertNotNil(perfect.powerLaw)
    XCTAssertNil(LineDifference(first, perfect), "a seed without errors is on no line")
  }
}
