import Foundation
import Reports
import XCTest

final class HeatTests: XCTestCase {
  /// What WCAG 2.1 asks of text: 1.4.3, level AA.
  private let leastContrast = 4.5
  /// Lightness by which neighbours differ at least: CIE L* beyond what an eye needs at a distance.
  private let leastStep = 5.0

  /// Relative luminance of a colour such as #0b66b2, after WCAG 2.1.
  private func luminance(_ colour: String?) throws -> Double {
    let value = try XCTUnwrap(colour.flatMap { Int($0.dropFirst(), radix: 16) })
    let parts = [16, 8, 0].map { shift -> Double in
      let part = Double((value >> shift) & 255) / 255
      return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }

  private func schemes() throws -> [[String: String]] {
    var page = StudyPage(title: "study", subtitle: "")
    let place = TrianglePlot.Shares(depth: 1, width: 0, resolution: 0)
    page.sections = [
      .init("grid", [.figures([.init(TrianglePlot("Top-1", [.init(place, score: 1)]))])])
    ]
    return try PageReader(page.html).assertColoursSuitBothSchemes()
  }

  func testScoresAreLegibleOnEachColour() throws {
    for scheme in try schemes() {
      for step in 0..<7 {
        let pair = try [luminance(scheme["--heat-\(step)"]), luminance(scheme["--on-\(step)"])]
        let contrast = ((pair.max() ?? 0) + 0.05) / ((pair.min() ?? 0) + 0.05)
        XCTAssertGreaterThan(contrast, leastContrast, "step \(step)")
      }
    }
  }

  func testLightnessAloneOrdersTheSteps() throws {
    let schemes = try schemes()
    for (scheme, sign) in zip(schemes, [-1.0, 1]) {
      // L* of CIE 1976.
      let lightness = try (0..<7).map { 116 * cbrt(try luminance(scheme["--heat-\($0)"])) - 16 }
      for (low, high) in zip(lightness, lightness.dropFirst()) {
        XCTAssertGreaterThan(sign * (high - low), leastStep)
      }
    }
  }
}
