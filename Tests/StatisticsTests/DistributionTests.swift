import Statistics
import XCTest

final class DistributionTests: XCTestCase {
  func testQuantilesAreThoseOfScipy() throws {
    let reference = try Reference.read()
    for row in reference.normalQuantiles {
      assertClose(NormalDistribution.quantile(row[0]), row[1], "\(row)")
      assertClose(NormalDistribution.cumulative(row[1]), row[0], "\(row)")
    }
    for row in reference.studentQuantiles {
      assertClose(StudentT(degrees: row[0]).quantile(row[1]), row[2], "\(row)")
    }
  }

  func testTailsAreThoseOfScipy() throws {
    let reference = try Reference.read()
    for row in reference.studentTails {
      assertClose(StudentT(degrees: row[0]).upperTail(row[1]), row[2], "\(row)")
    }
    for row in reference.noncentralShares {
      let distribution = NoncentralT(degrees: row[0], noncentrality: row[1])
      assertClose(distribution.cumulative(row[2]), row[3], "\(row)")
    }
    for row in reference.ratioTails {
      let tail = FDistribution.upperTail(row[2], above: Int(row[0]), below: Int(row[1]))
      assertClose(tail, row[3], "\(row)")
    }
  }

  func testMiddleAndEndsAreExact() {
    let student = StudentT(degrees: 4)
    XCTAssertEqual(student.quantile(0.5), 0)
    XCTAssertEqual(student.cumulative(0), 0.5)
    XCTAssertEqual(student.upperTail(.infinity), 0)
    XCTAssertEqual(student.upperTail(-.infinity), 1)
    XCTAssertEqual(student.upperTail(1e200), 0, accuracy: .leastNormalMagnitude)
    XCTAssertEqual(NormalDistribution.quantile(0.5), 0, accuracy: Double.ulpOfOne)
  }

  func testADifferenceFarBeyondTheNoiseIsCertain() {
    // e^(−δ²/2) alone would be 0 in floating point.
    XCTAssertEqual(NoncentralT(degrees: 5, noncentrality: 300).cumulative(4), 0)
    let median = NoncentralT(degrees: 10_000, noncentrality: 300).cumulative(300)
    XCTAssertEqual(median, 0.5, accuracy: 0.01)
  }

  func testThrowsOfAFairCoin() {
    XCTAssertEqual(FairCoin.probability(ofAtLeast: 0, in: 0), 1)
    XCTAssertEqual(FairCoin.probability(ofAtLeast: 1, in: 0), 0)
    assertClose(FairCoin.probability(ofAtLeast: 6, in: 6), 1.0 / 64)
    assertClose(FairCoin.probability(ofAtLeast: 2, in: 3), 0.5)
  }
}
