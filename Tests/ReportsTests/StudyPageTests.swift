import Reports
import XCTest

final class StudyPageTests: XCTestCase {
  private let hostile = "<script>\"'&\u{0}\u{202E}"
  private let shown = "<script>\"'&\u{FFFD}\u{FFFD}"

  private func page() -> StudyPage {
    var page = StudyPage(title: "Scaling", subtitle: "6 seeds")
    page.verdicts = [
      .init(.shown, "Compound beats depth.", note: "p = 0.016"), .init(.reversed, "Width loses."),
      .init(.notShown, "Nothing is known of resolution."), .init(.open, "Pixels are counted."),
    ]
    let scatter = ScatterPlot(
      "Top-1", horizontal: "multiply-adds", [.init("b0", [.init(x: 1, y: 2)])])
    let place = TrianglePlot.Shares(depth: 1, width: 0, resolution: 0)
    let stage = StagesFigure.Stage(.mbConv, kernel: 3, channels: 8, repeats: 1)
    page.sections = [
      .init(
        "Accuracy", note: "means",
        [
          .paragraph("Each line scales one dimension."),
          .figures([.init(scatter, caption: "Dots.")]),
          .figures([
            .init(TrianglePlot("Grid", [.init(place, score: 1)])), .init(scatter),
            .init(StepPlot("Best", horizontal: "images", [.init("", [.init(x: 1, y: 2)])])),
          ]),
        ]),
      .init(
        "Rest",
        [
          .figures([
            .init(StagesFigure("Stages", [.init("b0", [stage])])),
            .init(
              SlotTimeline(
                "Slots", kinds: ["a"], [.init("0", [.init("", kind: 0, start: 0, end: 1)])])),
          ]),
          .table(.init("All", columns: [.init("network")], rows: [.init(["b0"])])),
          .details(summary: "Command", text: "effnet train\n"), .facts([("seeds", "1 to 6")]),
        ]),
    ]
    return page
  }

  func testVerdictsSayHowTheyEndedInWords() {
    let reader = PageReader(page().html)
    XCTAssertEqual(
      reader.texts("span", class: "outcome"), ["✓ shown", "⇄ reversed", "○ not shown", "… open"])
    XCTAssertEqual(
      reader.all("li").map { $0.attributes["class"] }, ["shown", "reversed", "notShown", "open"])
    XCTAssertEqual(reader.texts("small"), ["p = 0.016"])
  }

  func testPartsFollowEachOther() {
    let reader = PageReader(page().html)
    XCTAssertEqual(reader.texts("h2"), ["Accuracymeans", "Rest"])
    XCTAssertEqual(reader.texts("p", class: "prose"), ["Each line scales one dimension."])
    XCTAssertEqual(reader.texts("p", class: "caption"), ["Dots."])
    XCTAssertEqual(
      reader.all("section").map { $0.attributes["class"] }, ["plots one", "plots three", "plots"])
    XCTAssertEqual(
      reader.texts("span", class: "title"), ["Top-1", "Grid", "Top-1", "Best", "Stages", "Slots"])
    XCTAssertEqual(reader.texts("h3"), ["All"])
    XCTAssertEqual(reader.texts("summary"), ["Command"])
    XCTAssertEqual(reader.texts("pre"), ["effnet train\n"])
    XCTAssertEqual(reader.texts("dd"), ["1 to 6"])
  }

  func testOnlyARunningPageIsReadAgain() {
    var page = page()
    page.renewed = "2026-03-01 12:30"
    var reader = PageReader(page.html)
    XCTAssertFalse(reader.all("meta").contains { $0.attributes["http-equiv"] == "refresh" })
    XCTAssertEqual(reader.texts("footer"), ["Renewed at 2026-03-01 12:30."])
    page.progress = .init(done: 1171, total: 2342, .running)
    reader = PageReader(page.html)
    XCTAssertTrue(reader.all("meta").contains { $0.attributes["http-equiv"] == "refresh" })
    XCTAssertEqual(
      reader.texts("span", class: "status running"), ["running: 1,171 of 2,342 trainings"])
    XCTAssertEqual(
      reader.texts("footer"),
      ["Renewed at 2026-03-01 12:30, running: 1,171 of 2,342 trainings."])
    XCTAssertTrue(page.html.contains("width:50.0%"))
  }

  func testAnEmptyStudyIsWhole() {
    var page = StudyPage(title: "Scaling", subtitle: "")
    page.progress = .init(done: 0, total: 0, .running)
    page.sections = [.init("Accuracy", [])]
    XCTAssertEqual(
      PageReader(page.html).texts("p", class: "none quiet"),
      ["No hypothesis has been tested yet.", "Nothing to show yet."])
  }

  func testTextCannotBecomeMarkup() {
    var page = StudyPage(title: hostile, subtitle: hostile)
    page.renewed = hostile
    page.tiles = [(hostile, hostile, hostile)]
    page.verdicts = [.init(.shown, hostile, note: hostile)]
    page.sections = [
      .init(
        hostile, note: hostile,
        [
          .paragraph(hostile), .details(summary: hostile, text: hostile),
          .facts([(hostile, hostile)]),
          .figures([
            .init(ScatterPlot(hostile, horizontal: hostile, []), caption: hostile)
          ]),
          .table(.init(hostile, columns: [.init(hostile)], rows: [.init([.init(hostile)])])),
        ])
    ]
    let reader = PageReader(page.html)
    XCTAssertEqual(reader.texts("h1"), [shown])
    for name in ["pre", "summary", "h3", "dt"] {
      XCTAssertTrue(reader.texts(name).contains(shown), name)
    }
    XCTAssertEqual(
      reader.texts("p", class: "prose") + reader.texts("p", class: "caption"), [shown, shown])
    XCTAssertEqual(reader.texts("th"), [shown, shown])
    XCTAssertEqual(reader.all("script").count, 0)
  }

  func testColoursSuitBothSchemes() throws {
    try PageReader(page().html).assertColoursSuitBothSchemes()
  }

  func testAPageHasTheRulesOfItsFiguresOnce() throws {
    let style = try XCTUnwrap(PageReader(page().html).texts("style").first)
    for rule in [
      ".marker {", ".heat {", "polygon.band {", ".stages .networks {", ".timeline .track {",
      ".stands-out {",
    ] {
      let count = style.components(separatedBy: rule.dropLast(2)).count - 1
      XCTAssertGreaterThan(count, 0, rule)
    }
    XCTAssertEqual(style.components(separatedBy: ".plot .marker {").count, 2)
    let empty = try XCTUnwrap(
      PageReader(StudyPage(title: "", subtitle: "").html).texts("style").first)
    XCTAssertFalse(empty.contains(".timeline"))
  }
}
