import Boundary
import XCTest

final class CountedTests: XCTestCase {
  func testThousandsAreSeparated() {
    for (number, text) in [
      (0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"),
      (123_456, "123,456"), (1_000_000, "1,000,000"), (-1_234, "−1,234"),
      (Int.min, "−9,223,372,036,854,775,808"),
    ] { XCTAssertEqual(number.groupedText, text) }
  }

  func testOneIsSingular() {
    XCTAssertEqual(1.counted("step"), "1 step")
    XCTAssertEqual(0.counted("step"), "0 steps")
    XCTAssertEqual(2_000.counted("class", "classes"), "2,000 classes")
  }
}
