import Reports
import XCTest

final class SlotTimelineTests: XCTestCase {
  private func read(_ plot: SlotTimeline) -> PageReader { PageReader(plot.markup) }

  private func timeline() -> SlotTimeline {
    SlotTimeline(
      "What ran where", kinds: ["selection", "confirmation"],
      [
        .init(
          "ranks 0–1",
          [
            .init("b", kind: 1, start: 50, end: 100), .init("a", kind: 0, start: 0, end: 25),
          ]),
        .init("rank 2", [.init("c", kind: 0, start: 0, end: 100)]),
      ])
  }

  /// Looks and places of bars.
  private func bars(_ page: PageReader) -> [[String?]] {
    page.all("i").filter { $0.attributes["style"] != nil }
      .map { [$0.attributes["class"], $0.attributes["style"]] }
  }

  func testBarsLieWhereTheirTimesAre() {
    let page = read(timeline())
    XCTAssertEqual(
      bars(page),
      [
        ["kind0", "left:0.0%;width:25.0%"], ["kind1", "left:50.0%;width:50.0%"],
        ["kind0", "left:0.0%;width:100.0%"],
      ])
    XCTAssertEqual(
      page.all("i").compactMap { $0.attributes["title"] }.first,
      // Readers of XML make a blank of the end of a line in an attribute; browsers keep it.
      "a, selection 0:00 to 0:25, 25.00 s")
    XCTAssertEqual(page.texts("div", class: "name"), ["ranks 0–1", "rank 2"])
    XCTAssertEqual(page.texts("span", class: "item"), ["selection", "confirmation"])
  }

  func testTimesAreRound() {
    let ticks: [(Double, [String])] = [
      (4.5, ["0", "1 s", "2 s", "3 s", "4 s"]), (100, ["0", "30 s", "60 s", "90 s"]),
      (3600, ["0", "10 min", "20 min", "30 min", "40 min", "50 min", "60 min"]),
      (5 * 3600, ["0", "1 h", "2 h", "3 h", "4 h", "5 h"]),
      (1e6, ["0", "2 d", "4 d", "6 d", "8 d", "10 d"]),
      (1e12, ["0"]),
    ]
    for (end, labels) in ticks {
      let bar = SlotTimeline.Bar("", kind: 0, start: 0, end: end)
      let page = read(SlotTimeline("", kinds: [], [.init("", [bar])]))
      XCTAssertEqual(page.all("span").filter { $0.attributes["style"] != nil }.map(\.text), labels)
    }
  }

  func testWhatIsNotFiniteIsLeftOut() {
    var plot = timeline()
    plot.rows[1].bars += [
      .init("", kind: 0, start: .nan, end: 3), .init("", kind: 0, start: 3, end: .infinity),
      .init("", kind: 0, start: 5, end: 5), .init("", kind: 0, start: -5, end: 5),
    ]
    XCTAssertEqual(bars(read(plot)), bars(read(timeline())))
  }

  func testNothingToDrawIsSaid() {
    for rows: [SlotTimeline.Row] in [[], [.init("rank 0", [])]] {
      let plot = SlotTimeline("Slots", kinds: [], rows)
      XCTAssertEqual(read(plot).texts("p"), ["No training has ended yet."])
    }
  }

  func testNamesAreEscapedAndUnknownKindsDrawn() {
    let bar = SlotTimeline.Bar("<a>\"", kind: 99, start: 0, end: 1)
    let page = read(SlotTimeline("<t>", kinds: ["<k>"], [.init("<r>", [bar])]))
    XCTAssertEqual(bars(page).map(\.first), ["kind4"])
    XCTAssertEqual(page.texts("div", class: "name"), ["<r>"])
    XCTAssertTrue(page.all("i").contains { $0.attributes["title"]?.hasPrefix("<a>\"") ?? false })
  }
}
