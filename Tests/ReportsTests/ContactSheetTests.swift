import Reports
import XCTest

final class ContactSheetTests: XCTestCase {
  func testEachPictureHasItsNameAndItsClasses() {
    let sheet = ContactSheet(
      title: "Two & a half", model: "EfficientNet-B0",
      entries: [
        .init(
          "<cat>.jpg", jpeg: [255, 216],
          predictions: [("cat", 0.75), ("<dog>", 0.2), ("cow", 1e-9)]),
        .init("notes.jpg", failure: "is no picture"),
      ])
    let page = PageReader(sheet.html)
    XCTAssertEqual(page.texts("h1"), ["Two & a half"])
    XCTAssertEqual(
      page.texts("figcaption"),
      ["<cat>.jpgcat75.0 %<dog>20.0 %cow0.0 %", "notes.jpgis no picture"])
    XCTAssertEqual(
      page.all("i").map { $0.attributes["style"] }, ["width:75.0%", "width:20.0%", "width:0.0%"])
    XCTAssertEqual(page.all("img").map { $0.attributes["alt"] }, ["<cat>.jpg"])
    XCTAssertTrue(page.texts("p").contains("EfficientNet-B0 · 2 pictures"))
  }
}
