import Boundary
import XCTest

final class ShownTextTests: XCTestCase {
  func testNothingThatActsOnATerminalIsShownAsItIs() {
    XCTAssertEqual("\u{1B}[31mred\u{1B}]0;own\u{07}".shown, #"\u{1B}[31mred\u{1B}]0;own\u{7}"#)
    XCTAssertEqual("a\nb\r\tc\\d".shown, #"a\nb\r\tc\\d"#)
    XCTAssertEqual("x\u{9B}31m\u{7F}\u{85}".shown, #"x\u{9B}31m\u{7F}\u{85}"#)
    XCTAssertEqual("u\u{202E}gpj\u{2066}\u{2028}".shown, #"u\u{202E}gpj\u{2066}\u{2028}"#)
    XCTAssertEqual("Ampel, 交通灯, é, 🚦".shown, "Ampel, 交通灯, é, 🚦")
  }

  func testLinesKeepTheirEnds() {
    XCTAssertEqual("a\\b\n\tc\u{1B}\r\n".shownLines, "a\\b\n\tc\\u{1B}\\r\n")
  }

  func testJSONStaysTheSameText() throws {
    let text = "{\n  \"a\u{9B}\u{202E}\u{7F}\u{2028}é\" : \"\\n\"\n}"
    XCTAssertEqual(
      text.shownJSON, "{\n  \"a\\u009b\\u202e\\u007f\\u2028é\" : \"\\n\"\n}")
    XCTAssertEqual("{\"a\":1}".shownJSON, "{\"a\":1}")
  }

  func testALongNameIsCut() {
    XCTAssertEqual(
      String(repeating: "é", count: 401).shown, String(repeating: "é", count: 400) + "…")
    XCTAssertEqual("12345".shown(limit: 5), "12345")
    XCTAssertEqual("123456".shown(limit: 5), "12345…")
  }

  func testALineStaysOne() {
    XCTAssertEqual("a\\b\n\tc\u{2028}\r\n".shownLine, #"a\b\n\tc\u{2028}\r\n"#)
    XCTAssertEqual(String(repeating: "x", count: 4_001).shownLine.count, 4_001)
    XCTAssertEqual(String(repeating: "\n", count: 9_000).shownLine.count, 8_001)
    XCTAssertEqual(String(repeating: "x", count: 3_999).shownLine.count, 3_999)
  }
}
