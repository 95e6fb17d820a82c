import Reports
import XCTest

final class EscapingTests: XCTestCase {
  func testTextCannotBecomeMarkup() {
    XCTAssertEqual(
      "<b a=\"1\" c='2'>&".escapedForHTML, "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;")
  }
}
