import Datasets
import Foundation
import TestSupport
import XCTest

final class CheckJournalTests: XCTestCase {
  func testWhatWasCheckedIsKnownUntilItChanges() throws {
    let root = try temporaryFolder()
    for number in 0..<3 { try root.write(jpegFile(number), to: "a/\(number).jpg") }
    let output = root.appending(path: "packed").path
    let storage = PictureStorage()
    let reader = PictureReader(root: root.path, storage: storage)
    let records = try (0..<3).map { try reader.record(of: "a/\($0).jpg") }
    func journal(_ rank: Int, _ storage: PictureStorage = PictureStorage()) -> CheckJournal {
      CheckJournal(
        in: output, root: root.path, storage: storage, rank: rank, pictureCount: 3)
    }
    for rank in 0..<2 {
      let journal = journal(rank)
      try journal.add(records[rank], of: "a/\(rank).jpg")
      XCTAssertNil(journal.record(of: "a/2.jpg"))
      try journal.write()
    }
    // A run that was killed while it wrote leaves part of an entry, behind which another goes on.
    let file = try FileHandle(forWritingTo: URL(filePath: output + "/.checked-1"))
    try file.seekToEnd()
    try file.write(contentsOf: Data([1, 2, 3]))
    let third = journal(1)
    try third.add(records[2], of: "a/2.jpg")
    try third.write()

    let later = journal(5)
    for number in 0..<3 { XCTAssertEqual(later.record(of: "a/\(number).jpg"), records[number]) }
    XCTAssertNil(journal(0, PictureStorage(shorterSide: 8)).record(of: "a/0.jpg"))
    try root.write(jpegFile(0), to: "a/0.jpg")
    XCTAssertNil(later.record(of: "a/0.jpg"), "the same bytes, but written anew")
    XCTAssertNil(later.record(of: "a/none.jpg"))
    CheckJournal.remove(from: output)
    XCTAssertNil(journal(0).record(of: "a/1.jpg"))
    XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: output), [])
  }

  func testWhatOthersLeaveThereIsNeitherReadWholeNorWrittenTo() throws {
    let root = try temporaryFolder()
    try root.write(jpegFile(1), to: "a/1.jpg")
    let output = root.appending(path: "packed").path
    let record = try PictureReader(root: root.path, storage: PictureStorage()).record(of: "a/1.jpg")
    func journal(_ rank: Int) -> CheckJournal {
      CheckJournal(
        in: output, root: root.path, storage: PictureStorage(), rank: rank, pictureCount: 1)
    }
    let first = journal(0)
    try first.add(record, of: "a/1.jpg")
    try first.write()
    // Without content, but for its length.
    for name in [".checked-9", ".checked-notes", ".checked-"] {
      try Data().write(to: URL(filePath: "\(output)/\(name)"))
    }
    XCTAssertEqual(truncate("\(output)/.checked-9", 1 << 40), 0)
    XCTAssertEqual(journal(1).record(of: "a/1.jpg"), record)
    try root.write(Data("kept".utf8), to: "other")
    for place in ["other", "none"] {
      XCTAssertEqual(symlink("\(root.path)/\(place)", "\(output)/.checked-5"), 0)
      let journal = journal(5)
      try journal.add(record, of: "a/1.jpg")
      XCTAssertThrowsError(try journal.write()) {
        XCTAssertTrue("\($0)".contains("it is a symbolic link; remove it"), "\($0)")
      }
      XCTAssertEqual(unlink("\(output)/.checked-5"), 0)
    }
    XCTAssertEqual(
      try String(contentsOf: root.appending(path: "other"), encoding: .utf8), "kept")
    CheckJournal.remove(from: output)
    XCTAssertEqual(
      try FileManager.default.contentsOfDirectory(atPath: output).sorted(),
      [".checked-", ".checked-notes"])
  }
}
