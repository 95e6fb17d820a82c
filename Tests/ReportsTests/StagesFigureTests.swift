import Reports
import XCTest

final class StagesFigureTests: XCTestCase {
  private typealias Stage = StagesFigure.Stage

  private let base: [StagesFigure.Stage] = [
    .init(.separable, kernel: 3, channels: 16, repeats: 1, squeezeRatio: 0.25),
    .init(.mbConv, kernel: 3, stride: 2, expansion: 6, channels: 32, repeats: 2),
  ]

  private func read(_ networks: [StagesFigure.Network]) -> PageReader {
    PageReader(StagesFigure("Winner and base", networks).markup)
  }

  private func blocks(_ page: PageReader) -> [[String?]] {
    page.all("i").filter { $0.attributes["style"] != nil }
      .map { [$0.attributes["class"], $0.attributes["style"]] }
  }

  func testBlocksAreAsManyAndAsHighAsTheStageHas() {
    XCTAssertEqual(
      blocks(read([.init("base", base)])),
      [
        ["separable", "height:50.0%"], ["mbConv", "height:100.0%"], ["mbConv", "height:100.0%"],
      ])
  }

  func testEveryNumberIsText() {
    let page = read([.init("base", note: "224 × 224", base)])
    XCTAssertEqual(
      page.texts("div", class: "numbers"),
      [
        "separable 3 × 316 channels1 blocksqueeze 0.25",
        "MBConv6 3 × 332 channels2 blocks, stride 2no squeeze",
      ])
    XCTAssertEqual(page.texts("div", class: "network"), ["base 224 × 224"])
    XCTAssertEqual(page.texts("span", class: "item"), ["MBConv", "separable"])
    XCTAssertEqual(page.all("b", class: "differs").count, 0)
  }

  func testWhatIsNotAsInTheBaseStandsOut() {
    var winner = base
    winner[0] = .init(.fusedMBConv, kernel: 5, stride: 2, expansion: 4, channels: 24, repeats: 3)
    winner.append(.init(.convolution, kernel: 1, channels: 8, repeats: 1))
    let page = read([.init("winner", winner), .init("base", base)])
    XCTAssertEqual(
      page.texts("b", class: "differs"),
      [
        "6",
        "Fused-MBConv4", "5 × 5", "24 channels", "3 blocks", "stride 2", "no squeeze",
        "convolution", "1 × 1", "8 channels", "1 block", "stride 1", "no squeeze",
      ])
    XCTAssertTrue(page.texts("span", class: "item").contains("6not as in base"))
  }

  func testManyBlocksAreToldAndNotAllDrawn() {
    let stage = Stage(.mbConv, kernel: 3, expansion: 6, channels: 0, repeats: 1_000_000)
    let page = read([.init("deep", [stage])])
    XCTAssertEqual(blocks(page).count, 100)
    XCTAssertTrue(page.texts("div", class: "numbers")[0].contains("1,000,000 blocks"))
    let none = Stage(.mbConv, kernel: 3, channels: -5, repeats: -1)
    XCTAssertEqual(blocks(read([.init("none", [none])])).count, 0)
  }

  func testNothingToDrawIsSaid() {
    for networks: [StagesFigure.Network] in [[], [.init("empty", [])]] {
      XCTAssertEqual(read(networks).texts("p"), ["No network has stages yet."])
    }
  }

  func testNamesAreEscaped() {
    let page = read([.init("<w>", note: "<n>", base), .init("<b>", base)])
    XCTAssertEqual(page.texts("div", class: "network"), ["<w> <n>", "<b>"])
  }
}
