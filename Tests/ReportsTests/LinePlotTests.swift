import Foundation
import Reports
import XCTest

final class LinePlotTests: XCTestCase {
  private func points(_ values: [Double]) -> [LinePlot.Point] {
    values.enumerated().map { LinePlot.Point(x: Double($0), y: $1) }
  }

  private func read(_ plot: LinePlot) -> PageReader { PageReader(plot.markup) }

  /// Places of a line in ten-thousandths of the plot's sides, from the upper left corner.
  private func places(_ line: PageReader.Element) throws -> [[Int]] {
    try XCTUnwrap(line.attributes["points"]).split(separator: " ").map {
      $0.split(separator: ",").compactMap { Int($0) }
    }
  }

  private func labels(_ page: PageReader, _ axis: String) -> [String] {
    page.texts("text", class: axis)
  }

  func testLinesLieWhereTheAxesSay() throws {
    let page = read(LinePlot("Loss", [.init(points([2, 1, 0.5]), name: "training")]))
    XCTAssertEqual(labels(page, "y"), ["0.5", "1.0", "1.5", "2.0"])
    XCTAssertEqual(labels(page, "x"), ["0", "0.5", "1.0", "1.5", "2.0"])
    XCTAssertEqual(
      try places(XCTUnwrap(page.all("polyline").first)), [[0, 0], [5000, 6667], [10000, 10000]])
    XCTAssertEqual(page.texts("figcaption"), ["Losstraining 0.5000"])
    let svg = try XCTUnwrap(page.all("svg").first)
    XCTAssertEqual(svg.attributes["role"], "img")
    XCTAssertEqual(
      svg.attributes["aria-label"], "Loss: training from 2.000 to 0.5000, epoch 0 to 2")
    XCTAssertEqual(page.texts("title").last, "epoch 2\ntraining 0.5000")
  }

  func testALongLineKeepsItsSpikesAndItsEnds() throws {
    var values = (0..<100_000).map { 1 + sin(Double($0) / 9000) }
    values[31_234] = 40
    values[77_777] = -40
    let page = read(LinePlot("Loss", [.init(points(values))]))
    let places = try places(XCTUnwrap(page.all("polyline").first))
    XCTAssertLessThanOrEqual(places.count, 602)
    XCTAssertTrue(places.contains([3123, 0]))
    XCTAssertTrue(places.contains([7778, 10000]))
    XCTAssertEqual(places.first?[0], 0)
    XCTAssertEqual(places.last?[0], 10000)
    XCTAssertEqual(places.map { $0[0] }, places.map { $0[0] }.sorted())
    XCTAssertEqual(
      page.all("polyline").map { $0.attributes["class"] }, ["s0 range", "s0"], "band and mean")
    XCTAssertLessThanOrEqual(page.all("rect").count, 40)
    XCTAssertEqual(page.all("circle").count, 0)
  }

  func testValuesThatAreNotFiniteAreLeftOut() throws {
    let values: [Double] = [1, .nan, 3, .infinity, 2, -.infinity, .greatestFiniteMagnitude]
    let page = read(LinePlot("Loss", [.init(points(values))]))
    XCTAssertEqual(page.all("circle").count, 3)
    XCTAssertEqual(labels(page, "y"), ["1.0", "1.5", "2.0", "2.5", "3.0"])
  }

  func testIntervalsThatAreNotFiniteAreLeftOut() {
    var plot = LinePlot("Speed", [.init(points([1, 2]))])
    plot.series[0].intervals = [
      .init(x: 0, low: .nan, high: 1), .init(x: .infinity, low: 0, high: 1),
      .init(x: 1, low: 1.5, high: 2.5),
    ]
    let intervals = read(plot).all("line", class: "interval s0")
    XCTAssertEqual(intervals.map { $0.attributes["x1"] }, ["100.0%"])
  }

  func testFewValuesMakeAPlot() throws {
    for values in [
      [], [0], [5], [-5], [7, 7, 7], [1e-12], [1e12], [.leastNonzeroMagnitude],
      [0, .leastNonzeroMagnitude], [1e-299, 1e299],
      [1e9, 1e9 + 1e-7],
    ] {
      for isLogarithmic in [false, true] {
        for includesZero in [false, true] {
          var plot = LinePlot("Rate", includesZero: includesZero, [.init(points(values))])
          plot.isLogarithmic = isLogarithmic
          let page = read(plot)
          let drawn = values.filter { !isLogarithmic || $0 > 1e-300 }
          XCTAssertEqual(page.all("polyline").count, drawn.count > 1 ? 1 : 0, "\(values)")
          XCTAssertEqual(page.all("circle").count, drawn.count, "\(values)")
          XCTAssertGreaterThan(labels(page, "y").count, 1, "\(values)")
          XCTAssertEqual(labels(page, "x").contains("no values yet"), drawn.isEmpty, "\(values)")
        }
      }
    }
  }

  func testALogarithmicAxisHasRoundTicks() throws {
    var plot = LinePlot("Loss", [.init(points([0.7, 90, 0, -1]))])
    plot.isLogarithmic = true
    XCTAssertEqual(labels(read(plot), "y"), ["0.5", "1", "2", "5", "10", "20", "50", "100"])
    plot.series = [.init(points([1e-7, 1]))]
    XCTAssertEqual(labels(read(plot), "y"), ["1e-06", "0.0001", "0.01", "1"])
  }

  func testZeroIsOnTheAxisWhereItIsWanted() throws {
    XCTAssertEqual(
      labels(read(LinePlot("Rate", includesZero: true, [.init(points([640, 655]))])), "y"),
      ["0", "200", "400", "600", "800"])
  }

  func testNamesAreEscaped() {
    let page = read(LinePlot("<Loss>", [.init(points([1, 2]), name: "a&b")]))
    XCTAssertEqual(page.texts("figcaption"), ["<Loss>a&b 2.000"])
  }
}
