import Reports
import XCTest

final class MetricTextTests: XCTestCase {
  func testNumbersHaveThreeDigitsAndAPrefix() {
    let texts: [(Double, String)] = [
      (0, "0"), (0.25, "0.25"), (5, "5"), (999.4, "999"), (999.6, "1 k"), (1500, "1.5 k"),
      (385_814_752, "386 M"), (39e9, "39 G"), (-2e6, "−2 M"), (3.4e18, "3.4e+03 P"), (.nan, "–"),
      (-.infinity, "–"),
    ]
    for (value, text) in texts { XCTAssertEqual(value.metricText, text) }
  }
}
