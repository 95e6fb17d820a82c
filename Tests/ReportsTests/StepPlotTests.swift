import Reports
import XCTest

final class StepPlotTests: XCTestCase {
  private let points: [PlotPoint] = [.init(x: 0, y: 0), .init(x: 5, y: 50), .init(x: 10, y: 100)]

  private func read(_ series: [StepPlot.Series]) -> PageReader {
    PageReader(StepPlot("Share", unit: " %", horizontal: "top-1", series).markup)
  }

  private func lines(_ page: PageReader, _ name: String = "polyline") -> [String?] {
    page.all(name).map { $0.attributes["points"] }
  }

  func testValuesHoldUntilTheNextPoint() {
    let page = read([.init("random", points.reversed())])
    XCTAssertEqual(lines(page), ["0,10000 5000,10000 5000,5000 10000,5000 10000,0"])
    let titles = page.texts("title")
    XCTAssertEqual(titles.count, 40)
    XCTAssertEqual(titles[0], "top-1 0.12\nrandom 0.00 %")
    XCTAssertEqual(titles[19], "top-1 4.88\nrandom 0.00 %")
    XCTAssertEqual(titles[20], "top-1 5.12\nrandom 50.00 %")
  }

  func testExpectedValuesAreConnected() {
    let page = read([.init("expected", points, isStepped: false, isDashed: true)])
    XCTAssertEqual(lines(page), ["0,10000 5000,5000 10000,0"])
    XCTAssertEqual(page.all("polyline").map { $0.attributes["class"] }, ["s0 dashed"])
    XCTAssertEqual(page.texts("title")[20], "top-1 5.12\nexpected 51.25 %")
  }

  func testABandLiesBetweenItsBounds() {
    let band: [PlotInterval] = [.init(x: 0, low: 0, high: 50), .init(x: 10, low: 50, high: 100)]
    let page = read([.init("random", points, band: band)])
    XCTAssertEqual(
      lines(page, "polygon"), ["0,5000 10000,5000 10000,0 10000,5000 10000,10000 0,10000"])
    XCTAssertEqual(page.all("polygon").map { $0.attributes["class"] }, ["band s0"])
  }

  func testADistributionReachesTheEndsOfTheAxis() {
    var inner = StepPlot.Series("inner", [.init(x: 4, y: 0), .init(x: 6, y: 100)])
    inner.reachesEnds = true
    let page = read([.init("outer", points), inner])
    XCTAssertEqual(
      lines(page).last, "0,10000 4000,10000 4000,10000 6000,10000 6000,0 10000,0 10000,0")
    XCTAssertTrue(page.texts("title").allSatisfy { $0.contains("inner") })
  }

  func testOutsideItsPointsAFunctionHasNoValue() {
    let page = read([
      .init("outer", points), .init("inner", [.init(x: 4, y: 0), .init(x: 6, y: 1)]),
    ])
    XCTAssertFalse(page.texts("title")[0].contains("inner"))
    XCTAssertFalse(page.texts("title")[39].contains("inner"))
    XCTAssertTrue(page.texts("title")[20].contains("inner"))
  }

  func testWhatIsNotFiniteIsLeftOut() {
    let bad: [PlotPoint] = [.init(x: .nan, y: 1), .init(x: 3, y: .infinity)]
    let band: [PlotInterval] = [.init(x: 1, low: .nan, high: 1), .init(x: 2, low: 0, high: 1)]
    let page = read([.init("random", points + bad, band: band)])
    XCTAssertEqual(lines(page), ["0,10000 5000,10000 5000,5000 10000,5000 10000,0"])
    XCTAssertEqual(lines(page, "polygon"), [])
  }

  func testOnePointIsADot() {
    let page = read([.init("random", [.init(x: 3, y: 4)])])
    XCTAssertEqual(page.all("circle", class: "s0").count, 1)
    XCTAssertEqual(lines(page), [])
  }

  func testNothingToDrawIsSaid() {
    for series: [StepPlot.Series] in [[], [.init("a", [])], [.init("a", [.init(x: .nan, y: 0)])]] {
      XCTAssertEqual(read(series).texts("p"), ["No network has a score yet."])
    }
  }

  func testNamesAreEscaped() {
    let page = read([.init("<b>&\u{0}", points)])
    XCTAssertEqual(page.texts("span", class: "name"), ["<b>&\u{FFFD}"])
    XCTAssertTrue(page.texts("title")[0].contains("<b>&\u{FFFD}"))
  }
}
