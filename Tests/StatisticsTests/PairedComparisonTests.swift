import Statistics
import XCTest

final class PairedComparisonTests: XCTestCase {
  func testBothTestsAreThoseOfScipy() throws {
    let reference = try Reference.read().paired
    let comparison = try XCTUnwrap(PairedComparison(reference.first, reference.second))
    assertClose(comparison.difference.mean, reference.mean)
    assertClose(comparison.difference.deviation, reference.deviation)
    assertClose(comparison.difference.interval()?.low, reference.low)
    assertClose(comparison.difference.interval()?.high, reference.high)
    let student = try XCTUnwrap(comparison.test.student)
    assertClose(student.greater, reference.studentGreater)
    assertClose(student.less, reference.studentLess)
    assertClose(student.twoSided, reference.studentTwoSided)
    let flips = try XCTUnwrap(comparison.test.signFlips)
    XCTAssertEqual(flips.greater, reference.flipsGreater)
    XCTAssertEqual(flips.less, reference.flipsLess)
    XCTAssertEqual(flips.twoSided, reference.flipsTwoSided)
    assertClose(comparison.pairing?.correlation, reference.correlation)
    assertClose(comparison.pairing?.varianceRatio, reference.varianceRatio)
  }

  func testSixPairsReachThreePercentAndFiveDoNot() {
    func flips(_ count: Int) -> PValues? {
      PairedComparison(
        (1...count).map { Double($0) }, Array(repeating: 0, count: count))?.test.signFlips
    }
    XCTAssertEqual(flips(5)?.twoSided, 0.0625)
    XCTAssertEqual(flips(6)?.twoSided, 0.03125)
    XCTAssertEqual(flips(6)?.greater, 0.015625)
    XCTAssertEqual(flips(6)?.less, 1)
    XCTAssertEqual(flips(20)?.greater, 0x1p-20)
    XCTAssertNil(flips(21))
  }

  func testFlipsThatCancelAreTiesWhateverTheirRounding() {
    // 0.93 − 0.91, 0.95 − 0.93 and 0.03 − 0.05 are ±0.02, and different as floating-point numbers.
    XCTAssertNotEqual(0.93 - 0.91, 0.95 - 0.93)
    let rounded = PairedComparison([0.93, 0.95, 0.03], [0.91, 0.93, 0.05])
    // Sums of +1 +1 −1 are 1 or more for four of eight flips, −1 or less for four, 1 or less for
    // seven.
    XCTAssertEqual(rounded?.test.signFlips?.greater, 0.5)
    XCTAssertEqual(rounded?.test.signFlips?.less, 0.875)
    XCTAssertEqual(
      rounded?.test.signFlips, PairedComparison([1, 1, 0], [0, 0, 1])?.test.signFlips)
  }

  func testWithoutASpreadStudentSaysNothing() throws {
    let three = try XCTUnwrap(PairedComparison([0.93, 0.95, 0.97], [0.91, 0.93, 0.95]))
    XCTAssertEqual(three.difference.deviation, 0)
    XCTAssertNil(three.test.student)
    XCTAssertEqual(three.test.decisive?.greater, 0.125)
    assertClose(three.pairing?.correlation, 1)
    XCTAssertEqual(three.pairing?.varianceRatio, 0)
    let same = try XCTUnwrap(PairedComparison([0.9, 0.9], [0.9, 0.9]))
    XCTAssertNil(same.pairing)
    XCTAssertEqual(same.test.decisive, PValues(greater: 1, less: 1))
  }

  func testOneSeedHasNoTestToSpeakOf() throws {
    XCTAssertNil(PairedComparison([], []))
    let one = try XCTUnwrap(PairedComparison([0.9], [0.8]))
    XCTAssertNil(one.test.student)
    XCTAssertNil(one.pairing)
    XCTAssertNil(one.difference.interval())
    XCTAssertEqual(one.test.signFlips, PValues(greater: 0.5, less: 1))
  }

  func testWhatIsLeftOfANetworkIsNoEvidenceForIt() throws {
    func evidence(_ losses: PairedComparison.Losses) throws -> PValues {
      try XCTUnwrap(
        PairedComparison([0.9, 1, 1.1], [0.1, 0.3, 0.2], losses: losses)?.evidence)
    }
    let none = try evidence(.init())
    let test = try XCTUnwrap(PairedComparison([0.9, 1, 1.1], [0.1, 0.3, 0.2])).test
    XCTAssertEqual(none, test.student)
    XCTAssertEqual(
      try evidence(.init(first: 1)), PValues(greater: 1, less: none.less), "the first is greater")
    XCTAssertEqual(try evidence(.init(second: 2)), PValues(greater: none.greater, less: 1))
    XCTAssertEqual(try evidence(.init(first: 1, second: 1)).twoSided, 1)
  }

  func testANetworkThatDoesNotVaryHasNoCorrelation() throws {
    let comparison = try XCTUnwrap(PairedComparison([0.5, 0.5, 0.5], [0.1, 0.2, 0.6]))
    XCTAssertNil(try XCTUnwrap(comparison.pairing).correlation)
    assertClose(comparison.pairing?.varianceRatio, 1, digits: 1e-9)
  }
}
