import Boundary
import Foundation
import XCTest

/// Files that are replaced or cut off so that a power cut leaves the old or the new.
final class WrittenFileTests: XCTestCase {
  private var folder = ""
  private var path: String { folder + "/file" }

  override func setUpWithError() throws {
    folder = NSTemporaryDirectory() + "effnet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
  }

  override func tearDownWithError() throws {
    try FileManager.default.removeItem(atPath: folder)
  }

  private var text: String {
    get throws { try String(contentsOfFile: path, encoding: .utf8) }
  }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
  }

  func testAFileIsReplacedAsAWhole() throws {
    // An earlier writer was interrupted, with more than there is to write now.
    try "left by somebody".write(toFile: path + ".partial", atomically: false, encoding: .utf8)
    for text in ["old", "newer", ""] {
      try WrittenFile.replace(path, with: Array(text.utf8))
      XCTAssertEqual(try self.text, text)
      XCTAssertEqual(try names, ["file"])
    }
  }

  func testALinkInTheWayIsNotWrittenThrough() throws {
    let other = folder + "/other"
    try "mine".write(toFile: other, atomically: false, encoding: .utf8)
    try "old".write(toFile: path, atomically: false, encoding: .utf8)
    try FileManager.default.createSymbolicLink(
      atPath: path + ".partial", withDestinationPath: other)
    XCTAssertThrowsError(try WrittenFile.replace(path, with: Array("new".utf8))) {
      XCTAssertEqual(($0 as? FileRefusal)?.kind, .notRegular)
    }
    XCTAssertEqual(try String(contentsOfFile: other, encoding: .utf8), "mine")
    XCTAssertEqual(try text, "old")
  }

  func testAFileIsCutOff() throws {
    try "all of it".write(toFile: path, atomically: false, encoding: .utf8)
    try WrittenFile.cut(path, to: 3)
    XCTAssertEqual(try text, "all")
    XCTAssertThrowsError(try WrittenFile.cut(folder + "/none", to: 0)) {
      XCTAssertEqual(($0 as? FileRefusal)?.kind, .missing)
    }
    XCTAssertEqual(try names, ["file"], "none is made")
  }
}
