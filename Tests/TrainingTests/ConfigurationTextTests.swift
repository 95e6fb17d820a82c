import Datasets
import Foundation
import Glibc
import Training
import XCTest

/// Texts from anywhere, in any encoding, of any size.
final class ConfigurationTextTests: ConfigurationFileTestCase {
  func testByteOrderMarksAreLeftOutAndOtherEncodingsNamed() throws {
    try write(Data([0xEF, 0xBB, 0xBF]) + Data(Self.minimal.utf8), to: "mark.yaml")
    XCTAssertEqual(try Configuration(contentsOf: path("mark.yaml")).batch.size, 64)
    try write(Data([0xEF, 0xBB, 0xBF]) + Data("base: mark.yaml\n".utf8), to: "derived.yaml")
    XCTAssertEqual(try Configuration(contentsOf: path("derived.yaml")).batch.size, 64)
    try write(Data(Self.minimal.utf16.flatMap { [UInt8($0 & 255), 0] }), to: "utf16.yaml")
    assertFileFault(
      "utf16.yaml", has: "utf16.yaml: cannot be read: it is in UTF-16; save it as UTF-8")
    try write(Data(Self.minimal.utf8) + Data([0x23, 0xE4, 0x0A]), to: "latin.yaml")
    assertFileFault("latin.yaml", has: "line 5 is not UTF-8, perhaps Latin-1")
  }

  func testAPipeIsReadOnceAndItsPathsAreRelativeToTheCurrentFolder() throws {
    XCTAssertEqual(mkfifo(path("pipe"), 0o600), 0)
    let pipe = path("pipe")
    // A reader that stays: a pipe without one ends whoever writes to it.
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    let writer = open(pipe, O_WRONLY)
    let text = Array(Self.minimal.utf8)
    XCTAssertEqual(Glibc.write(writer, text, text.count), text.count)
    Thread.detachNewThread {
      usleep(50_000)
      close(writer)
    }
    let configuration = try Configuration(contentsOf: pipe)
    close(reader)
    let here = FileManager.default.currentDirectoryPath
    XCTAssertEqual(configuration.data.train, [ShardPath.resolved("shards/train-*.h5", in: here)])
    assertFileFault("pipe", has: "it is a pipe that nobody writes to")
    try write("base: pipe\n", to: "derived.yaml")
    assertFileFault(
      "derived.yaml", has: "derived.yaml:1: base: \(pipe) cannot be read: it is a pipe")
    for name in ["/dev/zero", "/dev/null"] {
      try write("base: \(name)\n", to: "derived.yaml")
      assertFileFault("derived.yaml", has: "\(name) cannot be read: it is a device, not a file")
    }
  }

  func testAStoredTextFollowsNoBase() throws {
    try write(Self.minimal, to: "base.yaml")
    assertFault(
      "base: \(path("base.yaml"))\nnetwork: {model: b1}\n",
      has: "configuration:1: base: is followed in configuration files alone")
    assertFault("base: /etc/passwd\n", has: "configuration:1: base: is followed")
  }

  func testForeignTextIsShownEscapedAndCut() throws {
    assertFault(
      Self.minimal + "\"av\\e[31m\\ner\": {}\n", has: "av\\u{1B}[31m\\ner: unknown section")
    assertFault(
      Self.minimal + "network: {\"mo\\e]0;x\\adel\": b0}\n",
      has: "network.mo\\u{1B}]0;x\\u{7}del: unknown key")
    assertFault(
      Self.minimal, "network.model=\"b0\\e[2J\"", has: "\"b0\\u{1B}[2J\" is not allowed")
    assertFault(
      Self.minimal, "network.model=\(String(repeating: "b", count: 100_000))", has: "bbb…")
    assertFault(Self.minimal + "\(String(repeating: "k", count: 900)): 1\n", has: "kkk…")
    assertFault(Self.minimal, "data.train=\"a\\0b\"", has: "data.train: a\\u{0}b has a zero byte")
    assertFault(Self.minimal, "finetuning.checkpoint=\"\\0\"", has: "has a zero byte")
    try write("network: 5\n", to: "e\u{1B}[31m.yaml")
    assertFileFault("e\u{1B}[31m.yaml", has: "e\\u{1B}[31m.yaml:1: network: expected keys")
  }

  func testHugeTextsAreRefusedInASecond() throws {
    let start = Date()
    let names = (0..<45_000).map { "k\($0): 1\n" }.joined()
    assertFault(names, has: "configuration:1: k0: unknown section", "44999 more like it")
    assertFault(
      "network:\n" + names.replacing("k", with: " k"), has: "network.k0: unknown key",
      "44999 more like it")
    assertFault(
      String(repeating: "#\n", count: 1 << 19), has: "more than 524288 bytes")
    try write(Self.minimal + String(repeating: "#\n", count: 1 << 19), to: "big.yaml")
    assertFileFault("big.yaml", has: "big.yaml: cannot be read: it has more than 524288 bytes")
    for index in 0..<40 { try write("base: c\(index + 1).yaml\n", to: "c\(index).yaml") }
    assertFileFault("c0.yaml", has: "c16.yaml:1: base: more than 16 files are based on each other")
    var bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for (old, new) in zip("abcdefgh", "bcdefghi") {
      let list = Array(repeating: "*\(old)", count: 9).joined(separator: ", ")
      bomb += "\(new): &\(new) [\(list)]\n"
    }
    for bad in [bomb, bomb + "? *i\n: 1\n", bomb + "*i : 1\n*h : 2\n"] {
      assertFault(bad, has: "configuration: has more than 32 aliases; write values out")
    }
    // What is no alias does not count.
    let stars = String(repeating: "# * 2 *.h5 a*b **/x\n", count: 100)
    XCTAssertNoThrow(try Configuration(yaml: Self.minimal + stars))
    XCTAssertNoThrow(
      try Configuration(
        yaml: Self.minimal.replacing("shards/", with: "&s shards/")
          + "finetuning: {checkpoint: *s}\n"))
    assertFault(
      "data:\n  mean: [" + String(repeating: "0.5,", count: 100_000) + "]\n" + "batch: 5\n",
      has: "batch: expected keys and values")
    XCTAssertLessThan(-start.timeIntervalSinceNow, 20)
  }

  /// What stands before an asterisk that makes an alias of it, for the parser and nobody else.
  func testAliasesAreCountedWhereverTheParserFindsThem() throws {
    let start = Date()
    for separator in [
      "\u{85}", "\u{2028}", "\u{2029}", "\n    \u{FEFF}", "\t", "\r", "\r\n    ", " # x\n    ",
      "!!str ", "? ",
    ] {
      var bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
      for level in 1..<12 {
        let list = (0..<10).map { _ in "\(separator)*a\(level - 1)" }.joined(separator: ",")
        bomb += "a\(level): &a\(level) [\(list)]\n"
      }
      bomb += "network: {\(separator)*a11 : 1}\n"
      XCTAssertThrowsError(try Configuration(yaml: bomb), separator)
    }
    for separator in ["\u{85}", "\u{2028}", "\u{2029}", "\n\u{FEFF}", " # x\n "] {
      assertFault(
        Self.minimal
          + "x: {s: &s 1, l: [\((0..<33).map { _ in "\(separator)*s" }.joined(separator: ","))]}",
        has: "more than 32 aliases")
    }
    // The same in quotes and in blocks is text.
    let stars = (0..<40).map { _ in "\u{2028}*s" }.joined()
    XCTAssertNoThrow(
      try Configuration(
        yaml: Self.minimal.replacing("shards/", with: "\"\(stars)/\"").replacing(
          "\"train-*.h5", with: "train-*.h5\"")))
    XCTAssertLessThan(-start.timeIntervalSinceNow, 20)
  }

  func testSectionsInSectionsAreBounded() throws {
    let start = Date()
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("? [", "]"), ("{? ", "}"), ("[{x: ", "}]")] {
      for depth in [40, 900] {
        assertFault(
          "network:\n  \(String(repeating: open, count: depth))1"
            + String(repeating: close, count: depth),
          has: depth == 40 ? "more than 32 lists or sections in each other" : "configuration:")
      }
    }
    let deep = String(repeating: "[", count: 20) + "1" + String(repeating: "]", count: 20)
    assertFault(Self.minimal + "network: {width: \(deep)}\n", has: "network.width: expected")
    XCTAssertLessThan(-start.timeIntervalSinceNow, 10)
  }

  func testSixteenBasesAreFollowed() throws {
    for index in 0..<16 { try write("base: c\(index + 1).yaml\n", to: "c\(index).yaml") }
    try write(Self.minimal, to: "c16.yaml")
    XCTAssertEqual(try Configuration(contentsOf: path("c0.yaml")).batch.size, 64)
  }
}
