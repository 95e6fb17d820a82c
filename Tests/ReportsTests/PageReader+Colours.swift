import XCTest

extension PageReader {
  /// Checks that every colour that a page names has a value in either scheme, and returns the
  /// values on light paper and on dark.
  @discardableResult
  func assertColoursSuitBothSchemes(
    file: StaticString = #filePath, line: UInt = #line
  ) throws -> [[String: String]] {
    let style = try XCTUnwrap(texts("style").first, file: file, line: line)
    XCTAssertTrue(style.contains("color-scheme: light dark"), file: file, line: line)
    let parts = style.components(separatedBy: "@media (prefers-color-scheme: dark)")
    XCTAssertEqual(parts.count, 2, file: file, line: line)
    let schemes = parts.map { part in
      Dictionary(
        part.matches(of: /(--[a-z0-9-]+): ([^;]+);/).map { (String($0.1), String($0.2)) },
        uniquingKeysWith: { first, _ in first })
    }
    // A share that a cell gives itself is no colour.
    let used = Set(style.matches(of: /var\((--[a-z0-9-]+)\)/).map { String($0.1) })
      .subtracting(["--v"])
    XCTAssertGreaterThan(used.count, 10, file: file, line: line)
    for name in used {
      for scheme in schemes { XCTAssertNotNil(scheme[name], name, file: file, line: line) }
    }
    return schemes
  }
}
