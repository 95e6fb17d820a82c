import Foundation
import Supervision
import XCTest

final class RankLogTests: XCTestCase {
  private var folder = ""

  override func setUp() {
    folder = FileManager.default.temporaryDirectory.path + "/RankLog-\(UUID())"
    addTeardownBlock { [folder] in try? FileManager.default.removeItem(atPath: folder) }
  }

  func testLinesFromBeforeTheFolderWasThereAreKeptAndOthersAppended() throws {
    for run in 1...2 {
      let log = RankLog(rank: 3, folder: folder)
      log.note("early \(run)")
      if run == 1 { XCTAssertFalse(FileManager.default.fileExists(atPath: folder)) }
      XCTAssertNil(log.open())
      log.note("late \(run)")
    }
    let text = try String(contentsOfFile: "\(folder)/ranks/3.log", encoding: .utf8)
    let lines = text.split(separator: "\n")
    XCTAssertEqual(lines.map { $0.dropFirst(25) }, ["early 1", "late 1", "early 2", "late 2"])
    let time = try XCTUnwrap(lines.first?.prefix(24))
    XCTAssertNotNil(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/), "\(time)")
  }

  func testALogThatCannotBeOpenedKeepsNothing() throws {
    // A file in the place of the folder.
    try Data().write(to: URL(fileURLWithPath: folder))
    let log = RankLog(rank: 0, folder: folder)
    _ = log.open()
    log.note("lost")
    try FileManager.default.removeItem(atPath: folder)
    _ = log.open()
    log.note("late")
    let text = try String(contentsOfFile: log.path, encoding: .utf8)
    XCTAssertEqual(text.split(separator: "\n").map { $0.dropFirst(25) }, ["late"])
  }
}
