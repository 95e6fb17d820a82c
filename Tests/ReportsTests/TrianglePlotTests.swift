import Reports
import XCTest

final class TrianglePlotTests: XCTestCase {
  private let corners: [TrianglePlot.Shares] = [
    .init(depth: 1, width: 0, resolution: 0), .init(depth: 0, width: 1, resolution: 0),
    .init(depth: 0, width: 0, resolution: 1),
  ]
  private let even = TrianglePlot.Shares(depth: 1 / 3, width: 1 / 3, resolution: 1 / 3)

  private func plot(_ scores: [Double?]) -> TrianglePlot {
    TrianglePlot("Top-1", unit: " %", zip(corners, scores).map { .init($0, score: $1) })
  }

  private func read(_ plot: TrianglePlot) -> PageReader { PageReader(plot.markup) }

  private func cells(_ page: PageReader) -> [String] {
    page.all("circle").compactMap { $0.attributes["class"] }.filter { $0.hasPrefix("cell") }
  }

  private func places(_ page: PageReader) -> [[String?]] {
    page.all("svg", class: "at").map { [$0.attributes["x"], $0.attributes["y"]] }
  }

  func testCornersAreDepthAboveWidthLeftResolutionRight() {
    let page = read(plot([70, 75, 80]))
    XCTAssertEqual(places(page), [["50.0%", "0.0%"], ["0.0%", "100.0%"], ["100.0%", "100.0%"]])
    XCTAssertEqual(page.texts("text", class: "corner x"), ["depth", "width", "resolution"])
    XCTAssertEqual(
      page.all("text", class: "corner x").map { $0.attributes["x"] }, ["50%", "0%", "100%"])
  }

  func testColoursFollowScoresWhichAreWrittenIn() {
    let page = read(plot([70, 75, 80.04]))
    XCTAssertEqual(cells(page), ["cell h0", "cell h3", "cell h6"])
    XCTAssertEqual(page.texts("text", class: "score on0"), ["70.0"])
    XCTAssertEqual(page.texts("text", class: "score on6"), ["80.0"])
    XCTAssertEqual(page.texts("span", class: "heat"), ["70.0 %80.0 %"])
    XCTAssertEqual(page.texts("title")[0], "Top-1: 70.0 %\n1.00 depth, 0.00 width, 0.00 resolution")
  }

  func testEqualScoresHaveOneColour() {
    let page = read(plot([75, 75, 75]))
    XCTAssertEqual(Set(cells(page)), ["cell h3"])
    XCTAssertEqual(page.texts("span", class: "heat"), ["75.0 %"])
  }

  func testScoresThatAreNotFiniteLeaveCellsOpen() {
    let page = read(plot([.nan, nil, 75]))
    XCTAssertEqual(cells(page), ["cell open", "cell open", "cell h3"])
    XCTAssertTrue(page.texts("title")[0].hasPrefix("Top-1: no score yet"))
  }

  func testPlacesThatAreNoneAreLeftOut() {
    var plot = plot([70, 75, 80])
    plot.points.append(.init(.init(depth: .nan, width: 0.5, resolution: 0.5), score: 1))
    plot.points.append(.init(.init(depth: 3, width: 3, resolution: 3), score: 1))
    plot.points[0].reached = .init(depth: .infinity, width: 0, resolution: 0)
    plot.marks = [.init("far", .init(depth: 0, width: 0, resolution: -9))]
    plot.optimum = .init(.init(depth: .nan, width: 0, resolution: 1), name: "region")
    let page = read(plot)
    XCTAssertEqual(places(page).count, 3)
    XCTAssertEqual(page.all("line", class: "reached").count, 0)
    XCTAssertEqual(page.texts("span", class: "heat"), ["70.0 %80.0 %"])
  }

  func testTheBestHaveAnOutline() {
    var plot = plot([70, 75, 80])
    XCTAssertEqual(read(plot).all("circle", class: "best").count, 0)
    plot.points[2].isAmongBest = true
    let page = read(plot)
    // One in the plot, one in the legend.
    XCTAssertEqual(page.all("circle", class: "best").count, 2)
    XCTAssertEqual(page.texts("span", class: "item"), ["cannot be told from the optimum"])
    XCTAssertTrue(page.texts("title")[2].hasSuffix("\ncannot be told from the optimum"))
  }

  func testALineLeadsToWhatIsReached() {
    var plot = plot([70, 75, 80])
    plot.points[0].reached = .init(depth: 0.9, width: 0.1, resolution: 0)
    let page = read(plot)
    let line = page.all("line", class: "reached")
    XCTAssertEqual(line.map { $0.attributes["x2"] }, ["45.0%"])
    XCTAssertEqual(line.map { $0.attributes["y2"] }, ["10.0%"])
    XCTAssertTrue(
      page.texts("title")[0].hasSuffix("reached: 0.90 depth, 0.10 width, 0.00 resolution"))
  }

  func testOnlyProportionsOfSharesMatter() {
    var plot = plot([70, 75, 80])
    plot.points[0].reached = .init(depth: 0.45, width: 0.45, resolution: 0)
    let page = read(plot)
    XCTAssertEqual(page.all("line", class: "reached").map { $0.attributes["x2"] }, ["25.0%"])
    XCTAssertEqual(page.all("line", class: "reached").map { $0.attributes["y2"] }, ["50.0%"])
    XCTAssertTrue(
      page.texts("title")[0].hasSuffix("reached: 0.45 depth, 0.45 width, 0.00 resolution"))
  }

  func testMarksHaveNamesAndShapes() {
    var plot = plot([70, 75, 80])
    plot.marks = [
      .init("even", even, score: 79), .init("fast", .init(depth: 0.1, width: 0.8, resolution: 0.1)),
    ]
    let page = read(plot)
    let labels = page.all("text").filter { $0.attributes["class"]?.hasPrefix("label") ?? false }
    XCTAssertEqual(labels.map(\.text), ["even 79.0", "fast"])
    XCTAssertEqual(labels.first?.attributes["x"], "50.0%")
    XCTAssertEqual(labels.first?.attributes["y"], "66.67%")
    let shapes = page.all("path").filter { $0.attributes["class"]?.hasPrefix("cell") ?? false }
    XCTAssertGreaterThan(Set(shapes.map { $0.attributes["d"] }).count, 1)
  }

  func testAMarkOnACellOnlyNamesIt() {
    var plot = plot([70, 75, 80])
    plot.points.append(.init(even, score: 79))
    plot.marks = [.init("even", even, score: 79)]
    let page = read(plot)
    XCTAssertEqual(places(page).count, 4)
    XCTAssertTrue(page.texts("text").contains("even 79.0"))
  }

  func testAMarkWithoutRoomForItsNameIsInTheLegend() {
    var plot = plot([70, 75, 80])
    plot.marks = (0..<12).map { .init("a name that is long \($0)", even, score: 79) }
    let page = read(plot)
    let named =
      page.texts("text").filter { $0.hasPrefix("a name") }
      + page.texts("span", class: "item").filter { $0.hasPrefix("a name") }
    XCTAssertEqual(Set(named).count, 12)
    XCTAssertGreaterThan(page.texts("span", class: "item").count, 0)
  }

  func testTheRegionOfTheOptimumStaysInTheTriangle() throws {
    var plot = plot([70, 75, 80])
    plot.optimum = .init(even, region: corners + [even], step: 0.2, name: "95 % region")
    let page = read(plot)
    XCTAssertEqual(page.texts("span", class: "item"), ["fitted optimum", "95 % region"])
    let path = try XCTUnwrap(page.all("path", class: "region").last?.attributes["d"])
    let polygons = path.split(separator: "z").map { polygon in
      polygon.dropFirst().split(separator: "L").map {
        $0.split(separator: " ").compactMap { Double($0) }
      }
    }
    // Kites in the corners, a whole hexagon in the middle.
    XCTAssertEqual(polygons.map(\.count), [4, 4, 4, 6])
    for place in polygons.joined() {
      XCTAssertTrue((0...10_000).contains(place[1]))
      // A place on a side is rounded to the next ten-thousandth.
      XCTAssertLessThanOrEqual(abs(place[0] - 5000), place[1] / 2 + 1)
    }
    XCTAssertTrue(page.texts("title").contains { $0.hasPrefix("fitted optimum\n0.33 depth") })
  }

  func testNothingToDrawIsSaid() {
    let page = read(TrianglePlot("Top-1", []))
    XCTAssertEqual(page.texts("p"), ["No network has a place in the triangle yet."])
    XCTAssertEqual(page.all("svg").count, 0)
  }

  func testNamesAreEscaped() {
    var plot = plot([70, 75, 80])
    plot.title = "<b>"
    plot.unit = "<u>"
    plot.points[0].note = "<i>\u{1B}"
    plot.marks = [.init("<s>", even)]
    plot.optimum = .init(even, region: [even], name: "<a>")
    let page = read(plot)
    XCTAssertTrue(page.texts("title")[0].hasSuffix("<i>\u{FFFD}"))
    XCTAssertTrue(page.texts("span", class: "item").contains("<a>"))
    XCTAssertEqual(["b", "u", "s", "a"].flatMap { page.all($0) }.count, 0)
  }
}
