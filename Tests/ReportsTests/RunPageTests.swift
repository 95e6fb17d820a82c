import Foundation
import Reports
import XCTest

final class RunPageTests: XCTestCase {
  /// A per cent of the time between two versions of a page, which leaves room for machines that are
  /// busy with other tests.
  private let secondsForTenThousandSteps = 0.05

  private func page(steps: Int = 5) -> RunPage {
    var page = RunPage(title: "a <b>run</b>", model: "EfficientNet-B0 at 32 × 32")
    page.step = steps
    page.totalSteps = 10 * steps
    page.epochs = 20
    page.loss.training = (1...steps).map { .init(x: Double($0), y: 3 / Double($0)) }
    page.loss.validation = [.init(x: 2, y: 1.7654), .init(x: 4, y: 1.9)]
    page.top1.training = (1...steps).map { .init(x: Double($0), y: 1 - 1 / Double($0)) }
    page.top1.validation = [.init(x: 2, y: 0.4321), .init(x: 4, y: 0.42)]
    page.learningRate = page.loss.training
    page.speed = page.loss.training
    page.waiting = [.init(x: 1, y: 0.0123)]
    page.facts = [("ranks", "2 & more")]
    page.configuration = "network:\n  model: <b0>\n"
    return page
  }

  private func evaluation(classes: Int) -> EvaluationSection {
    // Class i is found 10 − i mod 10 times, and else taken for the next one.
    var counts = [Int](repeating: 0, count: classes * classes)
    for truth in 0..<classes {
      counts[truth * classes + truth] = 10 - truth % 10
      counts[truth * classes + (truth + 1) % classes] += truth % 10
    }
    return EvaluationSection(
      summary: "Top-1 55 %", classNames: (0..<classes).map { "<b>class \($0)</b>" },
      confusion: counts,
      mistakes: [
        .init(jpeg: [255, 216], truth: 1, predicted: 0, probability: 0.987, source: "a/ü&.jpg"),
        .init(jpeg: nil, truth: 0, predicted: 1, probability: 0.5, source: nil),
      ])
  }

  private func tiles(_ page: PageReader) -> [String: String] {
    let tiles = page.elements.drop { $0.attributes["class"] != "tiles" }
    return Dictionary(
      zip(tiles.filter { $0.name == "dt" }, tiles.filter { $0.name == "dd" }).map {
        ($0.text, $1.text)
      }, uniquingKeysWith: { first, _ in first })
  }

  func testNumbersOfTheSeriesAreThere() {
    let reader = PageReader(page().html)
    let tiles = tiles(reader)
    XCTAssertEqual(tiles["step"], "5of 50")
    XCTAssertEqual(tiles["validation top-1"], "42.00 %best 43.21 %")
    XCTAssertEqual(tiles["validation loss"], "1.900best 1.765")
    XCTAssertEqual(tiles["training loss"], "0.6000top-1 80.00 %")
    XCTAssertEqual(
      reader.texts("figcaption"),
      [
        "Losstraining 0.6000validation 1.900", "Top-1training 80.00 %validation 42.00 %",
        "Learning rate0.6000", "Images per second0.6000", "Waiting for images1.23 %",
      ])
    XCTAssertTrue(reader.texts("title").contains("epoch 2\ntraining 1.500\nvalidation 1.765"))
    XCTAssertEqual(reader.texts("h1"), ["a <b>run</b>"])
    XCTAssertEqual(reader.texts("pre"), ["network:\n  model: <b0>\n"])
    XCTAssertTrue(reader.texts("dd").contains("2 & more"))
  }

  func testTop5HasATileAndAPlotWhereItIsTold() {
    var page = page()
    page.top5.training = [.init(x: 1, y: 0.5), .init(x: 2, y: 0.75)]
    page.top5.validation = [.init(x: 1, y: 0.625), .init(x: 2, y: 0.6)]
    let reader = PageReader(page.html)
    XCTAssertEqual(tiles(reader)["validation top-5"], "60.00 %best 62.50 %")
    XCTAssertEqual(reader.texts("figcaption")[2], "Top-5training 75.00 %validation 60.00 %")
  }

  func testOnlyARunningPageIsReadAgain() {
    var page = page()
    page.secondsLeft = 3723
    var reader = PageReader(page.html)
    XCTAssertEqual(tiles(reader)["left"]?.prefix(7), "1:02:03")
    XCTAssertTrue(reader.all("meta").contains { $0.attributes["http-equiv"] == "refresh" })
    XCTAssertEqual(reader.texts("span", class: "status running"), ["running"])
    for (status, style, text) in [
      (RunPage.Status.finished, "finished", "finished"),
      (.stopped(reason: "<Ctrl-C>"), "stopped", "stopped: <Ctrl-C>"),
    ] {
      page.status = status
      reader = PageReader(page.html)
      XCTAssertFalse(reader.all("meta").contains { $0.attributes["http-equiv"] == "refresh" })
      XCTAssertEqual(reader.texts("span", class: "status \(style)"), [text])
      XCTAssertNil(tiles(reader)["left"])
    }
  }

  func testColoursSuitBothSchemes() throws {
    try PageReader(page().html).assertColoursSuitBothSchemes()
  }

  func testAPageWithoutValuesIsWhole() {
    let reader = PageReader(RunPage(title: "empty", model: "").html)
    XCTAssertEqual(reader.texts("text", class: "x").filter { $0 == "no values yet" }.count, 4)
  }

  func testFewClassesAreDrawnAsAMatrix() {
    var page = page()
    page.evaluation = evaluation(classes: 3)
    let reader = PageReader(page.html)
    XCTAssertEqual(
      reader.texts("td", class: "hit") + reader.texts("td", class: "miss"),
      ["10", "9", "8", "1", "2"])
    XCTAssertEqual(
      reader.all("td", class: "miss").map { $0.attributes["title"] },
      [
        "1 of 10 images of <b>class 1</b> taken for <b>class 2</b>",
        "2 of 10 images of <b>class 2</b> taken for <b>class 0</b>",
      ])
    XCTAssertEqual(reader.texts("td", class: "recall"), ["100.0", "90.0", "80.0"])
    let list = reader.all("table", class: "list")
    XCTAssertEqual(list.count, 1)
    XCTAssertTrue(list[0].text.hasPrefix("<b>class 2</b>80.0 %8 of 10"))
    let picture = reader.all("img")
    XCTAssertEqual(picture.map { $0.attributes["src"] }, ["data:image/jpeg;base64,/9g="])
    XCTAssertEqual(
      reader.texts("figcaption").suffix(2),
      [
        "<b>class 0</b>99 %true: <b>class 1</b>a/ü&.jpg",
        "<b>class 1</b>50 %true: <b>class 0</b>",
      ])
    XCTAssertFalse(page.html.contains("<b>class"))
  }

  func testManyClassesAreListedByTheirConfusion() {
    var page = page()
    page.evaluation = evaluation(classes: 60)
    let reader = PageReader(page.html)
    XCTAssertEqual(reader.all("td", class: "miss").count, 0)
    let lists = reader.all("table", class: "list")
    XCTAssertEqual(lists.count, 2)
    // Nine of ten images of classes 9, 19, … are taken for the next; then eight of 8, 18, ….
    let rows = lists[0].text.components(separatedBy: "\n").filter { $0.hasPrefix("<b>") }
    XCTAssertEqual(rows.count, 30)
    XCTAssertEqual(rows[0], "<b>class 9</b><b>class 10</b>9 of 1090.0 %")
    XCTAssertEqual(rows[5], "<b>class 59</b><b>class 0</b>9 of 1090.0 %")
    XCTAssertEqual(rows[6], "<b>class 8</b><b>class 9</b>8 of 1080.0 %")
    XCTAssertEqual(
      lists[1].text.components(separatedBy: "\n").filter { $0.hasPrefix("<b>") }.count, 20)
  }

  func testFiftyClassesAreStillAMatrix() {
    var page = page()
    page.evaluation = evaluation(classes: 50)
    XCTAssertEqual(PageReader(page.html).all("td", class: "hit").count, 50)
  }

  func testALongRunCostsLittle() {
    let page = page(steps: 10_000)
    let fastest = (0..<5).map { _ in
      let start = ContinuousClock.now
      XCTAssertFalse(page.html.isEmpty)
      return start.duration(to: .now)
    }.min()
    XCTAssertLessThan(fastest ?? .zero, .seconds(secondsForTenThousandSteps))
  }
}
