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

  func testWhatIsForeignInALineActsOnNoTerminal() throws {
    let log = RankLog(rank: 0, folder: folder)
    for name in ["\u{1B}[2J", "a\rb", "\u{9B}31m", "\u{202E}gpj"] { log.note("read \(name)") }
    XCTAssertNil(log.open())
    log.note("\u{1B}]0;title\u{7}")
    let text = try String(contentsOfFile: log.path, encoding: .utf8)
    XCTAssertEqual(
      text.split(separator: "\n").map { $0.dropFirst(25) },
      [
        "read \\u{1B}[2J", "read a\\rb", "read \\u{9B}31m", "read \\u{202E}gpj",
        "\\u{1B}]0;title\\u{7}",
      ])
  }

  /// A log that was put there for another file to be written to.
  func testNothingIsFollowed() throws {
    let ranks = folder + "/ranks"
    try FileManager.default.createDirectory(atPath: ranks, withIntermediateDirectories: true)
    let target = folder + "/target"
    try Data("mine".utf8).write(to: URL(fileURLWithPath: target))
    let files = FileManager.default
    let plants: [(String) throws -> Void] = [
      { try files.createSymbolicLink(atPath: $0, withDestinationPath: target) },
      { try files.createSymbolicLink(atPath: $0, withDestinationPath: target + "-new") },
      { try files.linkItem(atPath: target, toPath: $0) },
      { XCTAssertEqual(mkfifo($0, 0o600), 0) },
      { try files.createDirectory(atPath: $0, withIntermediateDirectories: false) },
    ]
    for (number, plant) in plants.enumerated() {
      let log = RankLog(rank: number, folder: folder)
      try plant(log.path)
      let problem = try XCTUnwrap(log.open(), "\(number)")
      XCTAssertTrue(problem.contains("\(number).log is not written: "), problem)
      log.note("gone")
    }
    XCTAssertEqual(try String(contentsOfFile: target, encoding: .utf8), "mine")
    XCTAssertFalse(files.fileExists(atPath: target + "-new"))
    try files.moveItem(atPath: ranks, toPath: folder + "/elsewhere")
    try files.createSymbolicLink(atPath: ranks, withDestinationPath: folder + "/elsewhere")
    let problem = try XCTUnwrap(RankLog(rank: 77, folder: folder).open())
    XCTAssertTrue(problem.contains("ranks is a link, or no folder"), problem)
    XCTAssertFalse(files.fileExists(atPath: folder + "/elsewhere/77.log"))
  }
}
