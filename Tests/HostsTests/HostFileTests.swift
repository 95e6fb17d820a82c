import Foundation
import Hosts
import XCTest

final class HostFileTests: XCTestCase {
  private func entries(_ text: String) throws -> [String] {
    let file = FileManager.default.temporaryDirectory.appending(path: "hosts-\(UUID())")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try HostFile(contentsOf: file.path).entries.map {
      $0.name + ($0.slots.map { ":\($0)" } ?? "")
    }
  }

  func testReadsOpenMPIsFormat() throws {
    XCTAssertEqual(
      try entries(
        """
        # the rack by the window
        a slots=4   # four cores
        b slots = 2 max_slots=8

        \tuser@c.example.org
        a slots=4
        10.0.0.7
        """), ["a:8", "b:2", "user@c.example.org", "10.0.0.7"])
  }

  func testNamesTheLineThatIsWrong() {
    for wrong in ["a slots", "a slots=x", "a slots=0", "a cores=2", "a slots=2 b"] {
      XCTAssertThrowsError(try entries("first slots=1\n\(wrong)\n"), wrong) {
        XCTAssertTrue("\($0)".contains("line 2 of the host file"), "\($0)")
        XCTAssertTrue("\($0)".hasSuffix(wrong), "\($0)")
      }
    }
    XCTAssertThrowsError(try entries("# nothing\n")) {
      XCTAssertTrue("\($0)".contains("names no host"), "\($0)")
    }
    for (path, reason) in [("/nowhere/hosts", "no such file"), ("/", "is a directory")] {
      XCTAssertThrowsError(try HostFile(contentsOf: path)) {
        XCTAssertTrue("\($0)".contains("cannot be read: \(reason)"), "\($0)")
      }
    }
  }

  func testNamesThatNoHostCanHave() {
    for (wrong, reason) in [
      ("%$#@! ^^", "%$, which is no host name"), ("vm:2", "slots=N"), ("::1", "IPv6"),
      ("fe80::1 slots=2", "IPv6"), ("-oProxyCommand=x", "no host name"), ("a@b@c", "no host name"),
      ("@a", "no host name"), ("= 2", "no host name"),
    ] {
      XCTAssertThrowsError(try entries("a_1.example.org\n\(wrong)\n"), wrong) {
        XCTAssertTrue("\($0)".contains("line 2 of the host file"), "\($0)")
        XCTAssertTrue("\($0)".contains(reason), "\($0)")
      }
    }
  }
}
