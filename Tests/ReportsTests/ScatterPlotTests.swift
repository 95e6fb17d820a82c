import Reports
import XCTest

final class ScatterPlotTests: XCTestCase {
  private func plot(_ series: [ScatterPlot.Series], _ scale: AxisScale = .linear) -> ScatterPlot {
    ScatterPlot("Top-1", unit: " %", horizontal: "multiply-adds", scale: scale, series)
  }

  private func read(_ series: [ScatterPlot.Series], _ scale: AxisScale = .linear) -> PageReader {
    PageReader(plot(series, scale).markup)
  }

  private func points(_ values: [Double]) -> [ScatterPlot.Point] {
    values.map { .init(x: $0, y: 1) }
  }

  private func ticks(_ values: [Double], _ scale: AxisScale) -> [String] {
    read([.init("", points(values))], scale).texts("text", class: "x")
  }

  /// Places of points in shares of the box.
  private func places(_ page: PageReader) -> [[Double]] {
    page.all("svg", class: "at").map { place in
      ["x", "y"].map { Double((place.attributes[$0] ?? "").dropLast()).map { $0 / 100 } ?? .nan }
    }
  }

  func testPointsLieWhereTheAxesSay() {
    // From 0 to 100 with 4 % of room on either side: 0 lies at 4/108.
    let page = read([.init("", [.init(x: 0, y: 70), .init(x: 50, y: 80), .init(x: 100, y: 75)])])
    for (place, expected) in zip(places(page), [[0.037, 1], [0.5, 0], [0.963, 0.5]]) {
      XCTAssertEqual(place[0], expected[0], accuracy: roundingOfPlaces)
      XCTAssertEqual(place[1], expected[1], accuracy: roundingOfPlaces)
    }
    XCTAssertEqual(places(page).count, 3)
    XCTAssertEqual(page.texts("text", class: "y"), ["70", "72", "74", "76", "78", "80"])
    XCTAssertEqual(page.texts("text", class: "x"), ["0", "20", "40", "60", "80", "100"])
  }

  func testDoublingsHaveEqualLengthsBelowOne() {
    let page = read([.init("", points([0.25, 0.5, 1, 2, 4]))], .doublings)
    let distances = zip(places(page), places(page).dropFirst()).map { $1[0] - $0[0] }
    for distance in distances { XCTAssertEqual(distance, 0.2315, accuracy: roundingOfPlaces) }
    XCTAssertEqual(page.texts("text", class: "x"), ["0.25", "0.5", "1", "2", "4"])
  }

  /// Places are written in hundredths of a per cent.
  private let roundingOfPlaces = 1.1e-4

  func testMultiplyAddsHavePrefixes() {
    XCTAssertEqual(
      ticks([1.3e6, 40e9], .metricDoublings),
      ["1 M", "4 M", "16 M", "64 M", "250 M", "1 G", "4 G", "16 G"])
    XCTAssertEqual(ticks([60e6, 300e6], .metricDoublings), ["64 M", "125 M", "250 M"])
    XCTAssertEqual(ticks([0, 5e6], .metric), ["0", "1 M", "2 M", "3 M", "4 M", "5 M"])
  }

  func testEqualValuesHaveAnAxisWithTicks() {
    for scale in [AxisScale.linear, .metric, .doublings, .metricDoublings] {
      for values in [[1.0], [5.22e6, 5.22e6], [1e-290], [1e290], [1e-290, 1e290]] {
        XCTAssertGreaterThan(ticks(values, scale).count, 1, "\(values) \(scale)")
        XCTAssertLessThan(ticks(values, scale).count, 13, "\(values) \(scale)")
      }
    }
  }

  func testWhatIsNotFiniteIsLeftOut() {
    let page = read(
      [
        .init(
          "",
          [
            .init(x: .nan, y: 1), .init(x: 1, y: .infinity), .init(x: -1, y: 1), .init(x: 0, y: 1),
            .init(
              x: 2, y: 3, interval: .init(low: .nan, high: 4), samples: [.nan, 2, .infinity]),
          ], isConnected: true)
      ], .doublings)
    XCTAssertEqual(page.all("svg", class: "at").count, 1)
    XCTAssertEqual(page.all("circle", class: "sample s0").count, 1)
    XCTAssertEqual(page.all("line", class: "interval s0").count, 0)
    XCTAssertEqual(page.all("polyline").count, 0)
  }

  func testUncertaintyIsDrawnAndTold() {
    let point = ScatterPlot.Point(
      x: 4e6, y: 75, name: "B0", interval: .init(low: 70, high: 80), samples: [72, 78])
    let page = read([.init("measured", [point])], .metricDoublings)
    let interval = page.all("line", class: "interval s0")
    XCTAssertEqual(interval.map { $0.attributes["y1"] }, ["100.0%"])
    XCTAssertEqual(interval.map { $0.attributes["y2"] }, ["0.0%"])
    XCTAssertEqual(
      page.all("circle", class: "sample s0").map { $0.attributes["cy"] }, ["80.0%", "20.0%"])
    XCTAssertEqual(
      page.texts("title"),
      [
        "measured: B0\nmultiply-adds 4 M\nTop-1 75.00 % (70.00 % to 80.00 %)\n"
          + "single values 72.00 %, 78.00 %"
      ])
  }

  func testSeriesDifferInShapeAndColour() {
    let page = read((0..<8).map { .init("series \($0)", points([Double($0)]), isForeign: $0 > 5) })
    let marks = page.elements.filter { $0.name == "path" }
    // Each once in the legend and once in the plot.
    XCTAssertEqual(Set(marks.compactMap { $0.attributes["d"] }).count, 8)
    XCTAssertEqual(
      Set(marks.compactMap { $0.attributes["class"] }),
      Set((0..<8).map { "marker s\($0)" + ($0 > 5 ? " foreign" : "") }))
    XCTAssertEqual(page.texts("span", class: "name"), (0..<8).map { "series \($0)" })
  }

  func testALineGoesThroughPointsFromLeftToRight() {
    let page = read([
      .init("", [.init(x: 100, y: 1), .init(x: 0, y: 0), .init(x: 50, y: 1)], isConnected: true)
    ])
    XCTAssertEqual(
      page.all("polyline", class: "s0").map { $0.attributes["points"] },
      ["370,10000 5000,0 9630,0"])
  }

  func testSeriesOfEqualComputeStandBesideEachOther() {
    var plot = plot((0..<3).map { .init("\($0)", points([1, 2])) })
    plot.spreadsSeries = true
    let places = places(PageReader(plot.markup))
    XCTAssertEqual(places[2][0] - places[0][0], 0.016, accuracy: roundingOfPlaces)
    XCTAssertEqual(places[4][0] - places[2][0], 0.016, accuracy: roundingOfPlaces)
  }

  func testAtMostADozenLabelsAreDrawn() {
    let points = (0..<20).map {
      ScatterPlot.Point(
        x: Double($0), y: Double($0 * 7 % 20), name: "n\($0)", isLabelled: $0 != 1)
    }
    let page = read([.init("", points)])
    let labels = page.all("text").filter { $0.attributes["class"]?.hasPrefix("label") ?? false }
    XCTAssertEqual(labels.map(\.text), (0...12).filter { $0 != 1 }.map { "n\($0)" })
  }

  func testNothingToDrawIsSaid() {
    for series: [ScatterPlot.Series] in [
      [], [.init("a", [])], [.init("a", [.init(x: .nan, y: 0)])],
    ] {
      let page = read(series)
      XCTAssertEqual(page.texts("p"), ["No network has a value yet."])
      XCTAssertEqual(page.all("svg").count, 0)
    }
  }

  func testNamesAreEscaped() {
    let name = "<b>\"'&\u{0}"
    var plot = plot([.init(name, [.init(x: 1, y: 1, name: name, isLabelled: true)])])
    plot.title = name
    plot.horizontal = name
    let page = PageReader(plot.markup)
    let shown = "<b>\"'&\u{FFFD}"
    XCTAssertEqual(page.texts("span", class: "title"), [shown])
    XCTAssertEqual(page.texts("text", class: "end"), [shown])
    XCTAssertEqual(page.texts("span", class: "name"), [shown])
    XCTAssertTrue(page.texts("text").contains(shown))
    XCTAssertEqual(page.all("b").count, 0)
  }
}
