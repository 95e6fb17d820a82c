import Reports
import XCTest

final class EscapingTests: XCTestCase {
  func testTextCannotBecomeMarkup() {
    XCTAssertEqual(
      "<b a=\"1\" c='2'>&".escapedForHTML, "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;")
  }

  func testACombiningAccentDoesNotHideACharacter() {
    XCTAssertEqual("\"\u{301}<\u{301}".escapedForHTML, "&quot;\u{301}&lt;\u{301}")
  }

  func testControlCharactersAreReplaced() {
    XCTAssertEqual("a\u{0}b\u{1B}c\td".escapedForHTML, "a\u{FFFD}b\u{FFFD}c\td")
    XCTAssertEqual("u\u{202E}gpj.exe\u{2066}".escapedForHTML, "u\u{FFFD}gpj.exe\u{FFFD}")
  }
}
