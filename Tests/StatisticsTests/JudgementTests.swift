import Statistics
import XCTest

final class JudgementTests: XCTestCase {
  private func comparison(_ differences: [Double]) throws -> PairedComparison {
    try XCTUnwrap(
      PairedComparison(differences, Array(repeating: 0, count: differences.count)))
  }

  func testTheVerdictAgreesWithItsInterval() throws {
    // t of 0.9, 1, 1.1 is 17.3, of which 2.5 % are above 4.3; of 0, 1, 2 it is 1.7.
    for (differences, verdict) in [
      ([0.9, 1, 1.1], .shown), ([-0.9, -1, -1.1], .reversed), ([0, 1, 2], .notShown),
    ] as [([Double], Judgement.Verdict)] {
      let judgement = Judgement(try comparison(differences))
      XCTAssertEqual(judgement.verdict, verdict, "\(differences)")
      let interval = try XCTUnwrap(judgement.interval)
      XCTAssertEqual(interval.low > 0, verdict == .shown)
      XCTAssertEqual(interval.high < 0, verdict == .reversed)
    }
  }

  func testLittleEvidenceShowsNothing() throws {
    for differences in [[5], [0, 0, 0], [2, 2, 2], [1, 1]] as [[Double]] {
      XCTAssertEqual(Judgement(try comparison(differences)).verdict, .notShown, "\(differences)")
    }
    // An interval that is a point would deny what the verdict says.
    XCTAssertNil(Judgement(try comparison([2, 2, 2])).interval)
    XCTAssertNil(Judgement(try comparison([2, 2, 2, 2, 2, 2])).interval)
    XCTAssertEqual(Judgement(try comparison([2, 2, 2, 2, 2, 2])).verdict, .shown)
    XCTAssertEqual(Judgement(try comparison([-2, -2, -2, -2, -2, -2])).verdict, .reversed)
    // More equal differences than flips can be counted.
    let many = Judgement(try comparison(Array(repeating: 1, count: 21)))
    XCTAssertEqual(many.verdict, .notShown)
    XCTAssertNil(many.p)
  }

  func testAClaimAgainstAllNeedsEachPart() throws {
    let clear = try comparison([0.9, 1, 1.1])
    let unclear = try comparison([0, 1, 2])
    let lost = try comparison([-0.9, -1, -1.1])
    let shown = ClaimAgainstAll([clear, clear, clear])
    XCTAssertEqual(shown.verdict, .shown)
    XCTAssertEqual(shown.p, clear.test.student?.greater)
    XCTAssertEqual(ClaimAgainstAll([clear, unclear]).verdict, .notShown)
    XCTAssertEqual(ClaimAgainstAll([clear, unclear]).p, unclear.test.student?.greater)
    XCTAssertEqual(ClaimAgainstAll([clear, lost]).verdict, .reversed)
    // p of 0.00166 for one rival; a claim against 15 needs 0.00167, one against 16 less.
    XCTAssertEqual(
      ClaimAgainstAll([lost] + Array(repeating: clear, count: 14)).verdict, .reversed)
    XCTAssertEqual(
      ClaimAgainstAll([lost] + Array(repeating: clear, count: 15)).verdict, .notShown)
    let untested = try comparison(Array(repeating: 1, count: 21))
    XCTAssertNil(ClaimAgainstAll([clear, untested]).p)
    XCTAssertEqual(ClaimAgainstAll([clear, untested]).verdict, .notShown)
    XCTAssertEqual(ClaimAgainstAll([clear, nil]).verdict, .notShown)
    XCTAssertEqual(ClaimAgainstAll([lost, nil]).verdict, .reversed)
    // At 2.5 % a side, as each part: a p of 0.031 is not enough.
    let nearly = try comparison([0.4, 1, 1.1])
    XCTAssertEqual(ClaimAgainstAll([nearly, clear]).verdict, Judgement(nearly).verdict)
    XCTAssertEqual(Judgement(nearly).verdict, .notShown)
    XCTAssertEqual(ClaimAgainstAll([nearly, clear]).p, nearly.test.student?.greater)
  }

  func testHolmAdjustsFromTheSmallestUp() {
    // 4 · 0.005, 3 · 0.011, 2 · 0.02, and 0.03 is not less than the one before.
    XCTAssertEqual(
      Holm.adjusted([0.02, 0.005, 0.03, 0.011]).map { ($0 * 1e6).rounded() },
      [40_000, 20_000, 40_000, 33_000])
    XCTAssertEqual(Holm.adjusted([0.6, 0.7]), [1, 1])
    XCTAssertEqual(Holm.adjusted([0.04]), [0.04])
    XCTAssertEqual(Holm.adjusted([]), [])
  }
}
