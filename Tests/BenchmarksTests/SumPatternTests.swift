import Benchmarks
import XCTest

/// The check of contents must pass what is right and notice what is not.
final class SumPatternTests: XCTestCase {
  private let count = 10_007

  private func sum(of ranks: [Int]) -> [Float] {
    (0..<count).map { element in
      ranks.reduce(Float(0)) { $0 + SumPattern.value(rank: $1, element: element) }
    }
  }

  private func wrong(_ values: [Float], ranks: Int) -> Int {
    SumPattern(rankCount: ranks).wrongCount(values)
  }

  func testSumsAreRightInAnyOrder() {
    for ranks in [1, 2, 3, 8] {
      XCTAssertEqual(wrong(sum(of: Array(0..<ranks)), ranks: ranks), 0)
      XCTAssertEqual(wrong(sum(of: (0..<ranks).reversed()), ranks: ranks), 0)
    }
    // Exact even among as many ranks as are allowed.
    let most = (0..<SumPattern.rankLimit).reduce(Float(0)) {
      $0 + SumPattern.value(rank: $1, element: 5)
    }
    let exact = (0..<SumPattern.rankLimit).reduce(0) {
      $0 + Int(SumPattern.value(rank: $1, element: 5))
    }
    XCTAssertEqual(Int(most), exact)
  }

  func testWrongSumsAreNoticed() {
    let right = sum(of: [0, 1, 2, 3])
    var one = right
    one[4711] += 1
    XCTAssertEqual(wrong(one, ranks: 4), 1)
    one[4711] = .nan
    XCTAssertEqual(wrong(one, ranks: 4), 1)
    // A rank is missing, another was added twice; halves are exchanged; everything is shifted.
    XCTAssertGreaterThan(wrong(sum(of: [0, 1, 1, 3]), ranks: 4), count * 9 / 10)
    XCTAssertGreaterThan(wrong(sum(of: [0, 1, 3]), ranks: 4), count * 9 / 10)
    let half = count / 2
    XCTAssertGreaterThan(
      wrong(Array(right[half...] + right[..<half]), ranks: 4), count * 9 / 10)
    XCTAssertGreaterThan(wrong(Array(right[1...] + right[..<1]), ranks: 4), count * 9 / 10)
  }
}
