import Foundation
import Supervision
import XCTest

final class VerdictTests: XCTestCase {
  private static let text = """
    {"code":4,"host":"a","message":"rank 1 is lost","phase":"forward","pid":7,"rank":1,"step":2,\
    "start":6,"unreachable":false}
    """

  func testAVerdictThatCannotBeWrittenWholeLeavesNoFile() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/Verdict-\(UUID())"
    addTeardownBlock { try? FileManager.default.removeItem(atPath: folder) }
    let path = Verdict.path(inFolder: folder)
    let verdict = try JSONDecoder().decode(Verdict.self, from: Data(Self.text.utf8))
    var limit = rlimit()
    XCTAssertEqual(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit), 0)
    let unlimited = limit.rlim_cur
    let handler = signal(SIGXFSZ, SIG_IGN)
    defer { signal(SIGXFSZ, handler) }
    for bytes in [0, 10] {
      limit.rlim_cur = rlim_t(bytes)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      let isFirst = verdict.claim(path)
      limit.rlim_cur = unlimited
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      XCTAssertTrue(isFirst, "it must be told all the same")
      XCTAssertFalse(FileManager.default.fileExists(atPath: path), "cut at byte \(bytes)")
    }
    XCTAssertTrue(verdict.claim(path))
    XCTAssertFalse(verdict.claim(path))
    let file = try Data(contentsOf: URL(fileURLWithPath: path))
    XCTAssertEqual(try JSONDecoder().decode(Verdict.self, from: file), verdict)
  }

  func testTheVerdictOfALaterStartReplacesThatOfAnEarlierOne() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/Verdict-\(UUID())"
    addTeardownBlock { try? FileManager.default.removeItem(atPath: folder) }
    let path = Verdict.path(inFolder: folder)
    for (start, isFirst) in [(6, true), (5, false), (7, true), (7, false), (6, false)] {
      let text = Self.text.replacing("\"start\":6", with: "\"start\":\(start)")
      let verdict = try JSONDecoder().decode(Verdict.self, from: Data(text.utf8))
      XCTAssertEqual(verdict.claim(path), isFirst, "\(start)")
    }
    XCTAssertEqual(Verdict(atPath: path)?.start, 7)
  }
}
