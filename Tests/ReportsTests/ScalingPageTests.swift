import Reports
import XCTest

final class ScalingPageTests: XCTestCase {
  private func page() -> ScalingPage {
    var page = ScalingPage(title: "Scaling of <b0>", subtitle: "a & b")
    page.tiles = [("weak, 2 ranks", "93.10 %", "of 2 × alone")]
    page.partNames = ["alone", "slower", "gradient"]
    var speed = LinePlot("Images per second", [.init([.init(x: 1, y: 10), .init(x: 2, y: 19)])])
    speed.series[0].intervals = [.init(x: 2, low: 18, high: 22)]
    speed.countsDoublings = true
    speed.horizontal = "ranks"
    var measured = ScalingPage.Section("Measured", note: "<medians>")
    measured.plots = [speed]
    measured.bars = [
      .init(name: "weak", seconds: [0.060, 0.015, 0.005], note: "80.0 ms"),
      .init(name: "strong", seconds: [0.040, -0.001, 0], note: "39.0 ms"),
    ]
    measured.tables = [.init(columns: ["point", "images/s"], rows: [["<weak>", "19"]])]
    var far = ScalingPage.Section("b0 on many hosts", note: "", isPredicted: true)
    far.plots = [
      LinePlot("Predicted", [.init((0...12).map { .init(x: Double(1 << $0), y: 1) }, name: "link")])
    ]
    far.plots[0].series[0].isDashed = true
    far.plots[0].series[0].color = 3
    far.plots[0].countsDoublings = true
    page.sections = [measured, far]
    page.facts = [("versions", String(repeating: "long ", count: 20))]
    page.definitions = [("images/s", "Images of all ranks over seconds.")]
    return page
  }

  func testEverythingIsThereAndNothingIsLoaded() {
    let reader = PageReader(page().html)
    XCTAssertEqual(reader.texts("h1"), ["Scaling of <b0>"])
    XCTAssertEqual(
      reader.texts("dd"),
      [
        "93.10 %of 2 × alone", "Images of all ranks over seconds.",
        String(repeating: "long ", count: 20),
      ])
    XCTAssertEqual(reader.texts("th"), ["point", "images/s", "<weak>"])
    XCTAssertEqual(reader.texts("td", class: "number"), ["19"])
  }

  func testOnlyPredictionsAreMarkedAndDashed() {
    let reader = PageReader(page().html)
    XCTAssertEqual(reader.texts("span", class: "tag"), ["predicted"])
    XCTAssertEqual(
      reader.texts("h2").prefix(2), ["Measured<medians>", "b0 on many hosts predicted"])
    XCTAssertEqual(reader.all("polyline", class: "s3 dashed").count, 1)
    XCTAssertEqual(reader.all("polyline", class: "s0").count, 1)
    XCTAssertEqual(reader.all("circle", class: "s0").count, 2)
    XCTAssertEqual(reader.all("circle").count, 2)
  }

  func testBarsHaveTheLengthsOfTheirParts() {
    let reader = PageReader(page().html)
    let widths = reader.all("i").compactMap { $0.attributes["style"] }
    XCTAssertEqual(
      widths,
      [
        "width:75.0%", "width:18.75%", "width:6.25%", "width:50.0%", "width:0.0%", "width:0.0%",
      ])
    XCTAssertEqual(reader.all("i").first?.attributes["title"], "alone: 60.00 ms")
  }

  func testRanksAreCountedInDoublings() {
    let reader = PageReader(page().html)
    let ticks = reader.all("text", class: "x").map { ($0.attributes["x"] ?? "", $0.text) }
    XCTAssertEqual(ticks.map(\.1), ["1", "2", "1", "4", "16", "64", "256", "1,024", "4,096"])
    XCTAssertEqual(ticks.map(\.0).suffix(3), ["66.67%", "83.33%", "100.0%"])
    // The interval reaches to 22, beyond the values: the axis goes on to 22 or more.
    let interval = reader.all("line", class: "interval s0")
    XCTAssertEqual(interval.count, 1)
    XCTAssertEqual(interval[0].attributes["x1"], "100.0%")
    let top = interval[0].attributes["y2"].flatMap { Double($0.dropLast()) }
    XCTAssertGreaterThanOrEqual(top ?? -1, 0)
  }

  func testWhatMeasuresNoSpeedSaysSo() {
    var page = page()
    page.warning = "Ranks share processors."
    let reader = PageReader(page.html)
    XCTAssertEqual(
      reader.texts("span", class: "tag").first, "no measurement of speed")
  }

  func testColoursSuitBothSchemes() throws {
    try PageReader(page().html).assertColoursSuitBothSchemes()
  }
}
