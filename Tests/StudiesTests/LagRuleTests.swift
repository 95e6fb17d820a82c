import Studies
import XCTest

/// Who can be a parent of whom, against lists made by hand.
final class LagRuleTests: XCTestCase {
  private let none = 0..<0

  private func parents(lag: Int, population: Int, _ count: Int) -> [Range<Int>] {
    let rule = LagRule(lag: lag, population: population)
    return (0..<count).map(rule.parents)
  }

  func testParentsAreThoseOfTheList() {
    XCTAssertEqual(
      parents(lag: 1, population: 2, 6), [none, none, 0..<2, 1..<3, 2..<4, 3..<5])
    XCTAssertEqual(
      parents(lag: 2, population: 3, 8),
      [none, none, none, 0..<2, 0..<3, 1..<4, 2..<5, 3..<6])
    // A lag beyond the population: those in between have no parents yet and are random, too.
    XCTAssertEqual(
      parents(lag: 5, population: 3, 9),
      [none, none, none, none, none, 0..<1, 0..<2, 0..<3, 1..<4])
  }

  func testTheFirstOnesAreRandom() {
    for (lag, population, random) in [(1, 2, 2), (3, 3, 3), (5, 3, 5), (512, 24, 512)] {
      let rule = LagRule(lag: lag, population: population)
      XCTAssertEqual(rule.random, random)
      XCTAssertEqual(
        (0..<600).filter { rule.parents(of: $0).isEmpty }, Array(0..<random),
        "\(lag), \(population)")
    }
  }

  func testNobodyNeedsWhatIsTrainedBesideIt() {
    for lag in [1, 2, 5, 16, 40] {
      for population in [2, 6, 24] {
        let rule = LagRule(lag: lag, population: population)
        var last = 0
        for individual in 0..<100 {
          let needed = rule.needed(by: individual)
          XCTAssertLessThanOrEqual(needed, max(0, individual - lag + 1))
          XCTAssertGreaterThanOrEqual(needed, last, "an older one can begin earlier")
          XCTAssertLessThanOrEqual(rule.parents(of: individual).count, population)
          XCTAssertEqual(rule.parents(of: individual).upperBound, needed)
          last = needed
        }
      }
    }
  }
}
