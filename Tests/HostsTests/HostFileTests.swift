import Foundation
import Hosts
import XCTest

final class HostFileTests: XCTestCase {
  private func entries(_ text: String) throws -> [String] { try entries(of: Array(text.utf8)) }

  private func entries(of bytes: [UInt8]) throws -> [String] {
    let file = FileManager.default.temporaryDirectory.appending(path: "hosts-\(UUID())")
    try Data(bytes).write(to: file)
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

  /// The node files of batch systems; what `mpirun --display-allocation` makes of them.
  func testNamesThatAreRepeatedAreSlots() throws {
    XCTAssertEqual(try entries("a\na\nb\nb\n"), ["a:2", "b:2"])
    XCTAssertEqual(try entries("a\nb\na\nb\na\nc\n"), ["a:3", "b:2", "c"])
    XCTAssertEqual(try entries("a slots=2\na\n"), ["a:3"])
    XCTAssertEqual(try entries("a cpu=3\nb count=2 max-slots=4\n"), ["a:3", "b:2"])
    XCTAssertEqual(
      try entries(String(repeating: "a slots=1048576\n", count: 3)), ["a:1048576"])
  }

  func testLineEndsAndByteOrderMarksOfOtherSystems() throws {
    XCTAssertEqual(try entries("a slots=2\r\nb\r\n\r\n# end"), ["a:2", "b"])
    XCTAssertEqual(try entries("a slots=2\rb slots=1\r"), ["a:2", "b:1"])
    XCTAssertEqual(try entries("\u{FEFF}a slots=2\nb"), ["a:2", "b"])
    for bytes: [UInt8] in [[0xFF, 0xFE, 0x61, 0, 0x0A, 0], [0x61, 0, 0x0A, 0]] {
      XCTAssertThrowsError(try entries(of: bytes)) {
        XCTAssertTrue("\($0)".contains("UTF-16"), "\($0)")
      }
    }
    XCTAssertThrowsError(try entries(of: [0x61, 0x0A, 0xE4])) {
      XCTAssertTrue("\($0)".contains("line 2 is not UTF-8"), "\($0)")
    }
  }

  func testThisHostIsOneByAllItsNames() throws {
    let host = ProcessInfo.processInfo.hostName
    XCTAssertEqual(try entries("127.0.0.1 slots=1\n\(host)\nlocalhost slots=2"), ["127.0.0.1:4"])
    XCTAssertEqual(try entries("::1 slots=2\n[::1]\n"), ["localhost:3"])
    XCTAssertEqual(try entries("LOCALHOST\nme@127.9.9.9\nother"), ["LOCALHOST:2", "other"])
    let names =
      ["127.0.0.1", "::1", "localhost", host, host.uppercased(), "me@\(host)", "::ffff:127.0.0.1"]
      + NetworkInterface.all.map(\.address)
    for name in names { XCTAssertTrue(OwnHost.includes(name), name) }
    for name in ["192.0.2.1", "2001:db8::1", "other.invalid", "", "@", "127.0.0.1.example"] {
      XCTAssertFalse(OwnHost.includes(name), name)
    }
  }

  func testNothingInAFileIsShownAsItIs() {
    for wrong in ["a\u{1B}]0;x\u{7}", "\u{202E}a", "a slots=\u{1B}[2J", "a\u{0}b"] {
      XCTAssertThrowsError(try entries("\(wrong)\n"), wrong) {
        XCTAssertTrue(
          "\($0)".unicodeScalars.allSatisfy { $0.value >= 32 && $0.value < 0x2000 }, "\($0)")
      }
    }
    XCTAssertThrowsError(try entries("a " + String(repeating: "x", count: 1 << 20))) {
      XCTAssertLessThan("\($0)".count, 400)
    }
    XCTAssertThrowsError(try entries("a slots=\(Int.max)\na slots=\(Int.max)"))
    XCTAssertThrowsError(try entries("a slots=99999999999999999999"))
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
    for (path, reason) in [("/nowhere/hosts", "no such file"), ("/", "it is a folder")] {
      XCTAssertThrowsError(try HostFile(contentsOf: path)) {
        XCTAssertTrue("\($0)".contains("cannot be read: \(reason)"), "\($0)")
      }
    }
  }

  func testNamesThatNoHostCanHave() {
    for (wrong, reason) in [
      ("%$#@! ^^", "%$, which is no host name"), ("vm:2", "slots=N"), ("2001:db8::1", "IPv6"),
      ("[fe80::1]", "IPv6"),
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
