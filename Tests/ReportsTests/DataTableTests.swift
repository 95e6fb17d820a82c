import Reports
import XCTest

final class DataTableTests: XCTestCase {
  private func table() -> DataTable {
    DataTable(
      "All <networks>",
      columns: [.init("network", isNumber: false), .init("top-1"), .init("", isNumber: false)],
      rows: [
        .init(["base", .init("78.1", bar: 0.5), ""]),
        .init(
          ["<b>\u{1B}", .init("81.9", bar: .nan), .init("", mark: "<best>")], isHighlighted: true),
      ])
  }

  func testNumbersStandAtTheRight() {
    let page = PageReader("<div>\(table().markup)</div>")
    XCTAssertEqual(page.texts("h3"), ["All <networks>"])
    XCTAssertEqual(page.texts("th", class: "number"), ["top-1"])
    XCTAssertEqual(page.texts("td", class: "number"), ["78.1", "81.9"])
    XCTAssertEqual(
      page.all("th").map { $0.attributes["scope"] }, ["col", nil, nil, "row", "row"])
  }

  func testTheTableMovesInABoxOfItsOwn() {
    let page = PageReader("<div>\(table().markup)</div>")
    let names = page.elements.map { $0.attributes["class"] ?? $0.name }
    XCTAssertEqual(names.dropFirst(2).first, "scroll")
    XCTAssertEqual(page.all("table", class: "list even fixed").count, 1)
  }

  func testBarsAndMarksStandInCells() {
    let page = PageReader("<div>\(table().markup)</div>")
    XCTAssertEqual(page.all("i").map { $0.attributes["style"] }, ["width:50.0%"])
    XCTAssertEqual(page.texts("span", class: "tag"), ["<best>"])
  }

  func testARowStandsOut() {
    let page = PageReader("<div>\(table().markup)</div>")
    XCTAssertEqual(page.texts("tr", class: "stands-out"), ["<b>\u{FFFD}81.9<best>"])
  }

  func testNoRowsAreSaid() {
    let page = PageReader("<div>\(DataTable("Empty", columns: [], rows: []).markup)</div>")
    XCTAssertEqual(page.texts("p"), ["The table has no rows yet."])
    XCTAssertEqual(page.all("table").count, 0)
  }
}
