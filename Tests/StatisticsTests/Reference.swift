import Foundation
import XCTest

/// Values that other programs computed, `Tests/Fixtures/statistics.json`.
struct Reference: Decodable {
  struct Paired: Decodable {
    let first, second: [Double]
    let mean, deviation, low, high: Double
    let studentGreater, studentLess, studentTwoSided: Double
    let flipsGreater, flipsLess, flipsTwoSided: Double
    let correlation, varianceRatio: Double
  }

  struct Kendall: Decodable {
    let first, second: [Double]
    let tau: Double
  }

  struct KolmogorovSmirnov: Decodable {
    let first, second: [Double]
    let distance, p: Double
  }

  struct PowerLaw: Decodable {
    let costs, errors: [Double]
    let exponent, exponentError, low, high, errorAtTenMillion: Double
  }

  struct Surface: Decodable {
    struct Fit: Decodable {
      let coefficients: [Double]
      let degrees: Int
      let determination, ratio, p: Double
    }

    let shares: [[Double]]
    let scores: [[Double]]
    let own, common: Fit
  }

  let normalQuantiles, studentTails, studentQuantiles, noncentralShares, ratioTails: [[Double]]
  let paired: Paired
  let mcNemar: [[Double]]
  let kendall: Kendall
  let kolmogorovSmirnov: [KolmogorovSmirnov]
  let powerLaw: PowerLaw
  let surface: Surface
  let powers, smallestDifferences: [[Double]]

  static func read() throws -> Reference {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/statistics.json")
    return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
  }
}

/// Whether a value is another, but for the rounding of two programs that compute it differently.
///
/// - Parameter digits: Of ten digits the last may differ, of most functions more agree.
func assertClose(
  _ value: Double?, _ expected: Double, digits: Double = 1e-10, _ message: String = "",
  file: StaticString = #filePath, line: UInt = #line
) {
  guard let value else { return XCTFail("no value, \(message)", file: file, line: line) }
  XCTAssertEqual(
    value, expected, accuracy: digits * abs(expected) + 1e-15, message, file: file, line: line)
}
