import Statistics
import XCTest

final class SpaceTests: XCTestCase {
  private func distribution(_ values: [Double]) throws -> EmpiricalDistribution {
    try XCTUnwrap(EmpiricalDistribution(values))
  }

  func testSharesStepAtTheValues() throws {
    let distribution = try distribution([3, 1, 2, 2])
    XCTAssertEqual(
      [0.9, 1, 1.5, 2, 2.5, 3, 4].map(distribution.share), [0, 0.25, 0.25, 0.75, 0.75, 1, 1])
    XCTAssertNil(EmpiricalDistribution([]))
    XCTAssertEqual(try self.distribution([5, 5]).share(atOrBelow: 5), 1)
  }

  func testBandsAreThoseOfATable() throws {
    for (count, halfWidth) in [(24, 0.28), (100, 0.14), (500, 0.06)] {
      XCTAssertEqual(EmpiricalDistribution.halfWidth(count: count), halfWidth, accuracy: 0.005)
    }
    XCTAssertEqual(EmpiricalDistribution.halfWidth(count: 1), 1)
    let distribution = try distribution((1...100).map { Double($0) })
    // √(ln 40 / 200) is 0.1358.
    assertClose(distribution.band(at: 50).low, 0.5 - (log(40.0) / 200).squareRoot())
    XCTAssertEqual(distribution.band(at: 0).low, 0)
    XCTAssertEqual(distribution.band(at: 100).high, 1)
  }

  func testDistanceAndProbabilityAreThoseOfScipy() throws {
    for reference in try Reference.read().kolmogorovSmirnov {
      let test = KolmogorovSmirnov(
        try distribution(reference.first), try distribution(reference.second))
      assertClose(test.distance, reference.distance)
      assertClose(test.p, reference.p)
    }
  }

  func testEqualSamplesAreNoDistanceApart() throws {
    let sample = try distribution([1, 1, 2, 5])
    XCTAssertEqual(KolmogorovSmirnov(sample, sample).distance, 0)
    XCTAssertEqual(KolmogorovSmirnov(sample, sample).p, 1)
    let other = KolmogorovSmirnov(try distribution([1]), try distribution([2]))
    XCTAssertEqual(other.distance, 1)
    XCTAssertEqual(other.p, 1)
  }

  func testLargeSamplesUseTheLimit() throws {
    // Samples shifted by a share of 0.05: λ = 0.05 · √(1,100 / 2), and 2·e^(−2λ²) is all of the
    // series.
    let sample = (0..<1_100).map { Double($0) }
    let test = KolmogorovSmirnov(
      try distribution(sample), try distribution(sample.map { $0 + 55 }))
    assertClose(test.distance, 0.05)
    assertClose(test.p, 2 * exp(-2 * 0.0025 * 550) - 2 * exp(-8 * 0.0025 * 550), digits: 1e-4)
    // Up to 1,000 values all orders are counted, which makes little difference there.
    let most = (0..<1_000).map { Double($0) }
    let counted = KolmogorovSmirnov(try distribution(most), try distribution(most.map { $0 + 50 }))
    assertClose(counted.p, 2 * exp(-2 * 0.0025 * 500), digits: 0.01)
  }
}
