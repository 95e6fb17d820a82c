import Datasets
import Foundation
import HDF5
import TestSupport
import XCTest

final class PackTests: CommandTestCase {
  /// Writes pictures of three classes, `count` of each, and some files that cannot be packed.
  private func writePictures(_ count: Int) throws {
    for number in 0..<count {
      for (index, name) in ["cat", "dög", "x y\nz"].enumerated() {
        let file = try jpegFile(1_000 * index + number, height: 20 + number % 7, width: 30)
        try folder.write(file, to: "source/\(name)/\(number).jpg")
      }
    }
    try folder.write(Data(), to: "source/cat/empty.jpg")
    try folder.write(jpegFile(0, height: 20, width: 30), to: "source/dög/copy.jpeg")
    try folder.write(Data("GIF89a".utf8), to: "source/dög/named.jpg")
    try folder.write(Data("notes".utf8), to: "source/cat/notes.txt")
  }

  private func contents(_ name: String) throws -> [String: Data] {
    let names = try XCTUnwrap(files(name))
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, try Data(contentsOf: URL(fileURLWithPath: path("\(name)/\($0)"))))
      })
  }

  func testEveryNumberOfRanksGivesTheSameFiles() throws {
    try writePictures(8)
    let options = ["--shard-limit", "5", "--credit", "made up"]
    let outcome = try succeed(["pack", "source", "one"] + options)
    let skipped = try String(contentsOfFile: path("one/skipped.txt"), encoding: .utf8)
    XCTAssertEqual(
      skipped.split(separator: "\n").map { $0.split(separator: "\t")[0] },
      ["cat/empty.jpg", "dög/copy.jpeg", "dög/named.jpg"])
    for part in [
      "left out 1 file, neither JPEG nor PNG: 1 .txt", "skipped 3 files", "copy of cat/0.jpg",
      "19 training and 5 validation images, 3 classes", "mean: [0.", "deviation: [0.",
      "  train: \"\(path("one/train-*.h5"))\"\n",
      "  validation: \"\(path("one/validation-*.h5"))\"\n",
    ] {
      XCTAssertTrue(outcome.output.contains(part), outcome.output)
    }
    let one = try contents("one")
    XCTAssertEqual(one.count, 4 + 1 + 1)
    for ranks in 1...3 {
      try succeed(["pack", "source", "ranks-\(ranks)"] + options, ranks: ranks)
      XCTAssertEqual(try contents("ranks-\(ranks)"), one, "\(ranks) ranks")
    }
    let dataset = try Dataset([path("one/train-*.h5")], relativeTo: "")
    XCTAssertEqual(dataset.classNames, ["cat", "dög", "x y\nz"])
  }

  func testAnInterruptedRunGoesOn() throws {
    try writePictures(40)
    let options = ["--shard-limit", "1"]
    try succeed(["pack", "source", "whole"] + options)
    let whole = try contents("whole")
    for (ranks, name) in [(nil, "alone"), (2, "two")] as [(Int?, String)] {
      let command = try start(["pack", "source", name] + options, ranks: ranks)
      try command.run(until: { (files(name) ?? []).count > 20 }, "some shards were written")
      try command.signal(SIGKILL, rank: ranks.map { _ in 0 })
      XCTAssertNotEqual(try command.outcome().exitCode, 0)
      let finished = try contents(name).filter { $0.key.hasSuffix(".h5") }
      XCTAssertLessThan(finished.count, 120)
      for (file, content) in finished { XCTAssertEqual(content, whole[file], file) }
      // A stale part, such as a killed run may leave.
      try folder.write(Data("part".utf8), to: "\(name)/train-00000-of-00096.h5.partial")
      try succeed(["pack", "source", name] + options)
      XCTAssertEqual(try contents(name), whole)
    }
    // With everything there, nothing is written.
    let date =
      try FileManager.default.attributesOfItem(
        atPath: path("alone/train-00000-of-00096.h5"))[.modificationDate] as? Date
    try succeed(["pack", "source", "alone"] + options)
    XCTAssertEqual(
      try FileManager.default.attributesOfItem(
        atPath: path("alone/train-00000-of-00096.h5"))[.modificationDate] as? Date, date)
    try assertFails(
      ["pack", "source", "alone", "--shard-limit", "2"], code: 7,
      ["alone", "of other pictures or options", "another folder"])
    XCTAssertEqual(try contents("alone"), whole)
  }

  func testASignalLeavesNoParts() throws {
    try writePictures(40)
    for (signal, code, name) in [(SIGINT, 130, "Ctrl-C"), (SIGHUP, 143, "SIGHUP")] {
      let command = try start(["pack", "source", "out \(code)", "--shard-limit", "1"])
      try command.run(until: { (files("out \(code)") ?? []).count > 5 }, "there were shards")
      try command.signal(signal)
      let outcome = try command.outcome(within: 20)
      XCTAssertEqual(outcome.exitCode, Int32(code), outcome.errors)
      XCTAssertTrue(outcome.errors.contains("stopped by \(name)"), outcome.errors)
      XCTAssertTrue(outcome.errors.contains("the same command goes on"), outcome.errors)
      XCTAssertEqual(files("out \(code)")?.filter { $0.hasSuffix(".partial") }, [])
    }
  }

  func testStrictStopsAtTheFirstOddPicture() throws {
    try writePictures(2)
    try assertFails(
      ["pack", "source", "out", "--strict"], code: 3, ["source/cat/empty.jpg", "empty"])
    try assertFails(
      ["pack", "source", "out", "--strict"], ranks: 2, code: 3, ["source/", "is not packed"])
    XCTAssertFalse(exists("out"))
    try FileManager.default.removeItem(atPath: path("source/cat/empty.jpg"))
    try FileManager.default.removeItem(atPath: path("source/dög/named.jpg"))
    try assertFails(
      ["pack", "source", "out", "--strict"], code: 3, ["dög/copy.jpeg", "copy of cat/0.jpg"])
    try FileManager.default.removeItem(atPath: path("source/dög/copy.jpeg"))
    try succeed(["pack", "source", "out", "--strict"])
    XCTAssertFalse(exists("out/skipped.txt"))
  }

  func testInspectVerifiesShardsAndFolders() throws {
    try writePictures(4)
    try succeed(["pack", "source", "out", "--shard-limit", "5", "--resize", "16"])
    let report = try succeed(["inspect", "out", "--verify"]).output
    for part in [
      "12 images of 16 × 21…24 × 3", "decoded", "3 shards", "cat 4, dög 4", "every byte",
    ] {
      XCTAssertTrue(report.contains(part), report)
    }
    let json = try XCTUnwrap(
      JSONSerialization.jsonObject(
        with: Data(succeed(["inspect", "out", "--verify", "--json"]).output.utf8))
        as? [String: Any])
    XCTAssertEqual(json["count"] as? Int, 12)
    XCTAssertEqual(json["classCounts"] as? [Int], [4, 4, 4])
    XCTAssertEqual(json["verified"] as? String, "everyByte")

    let name = "out/train-00001-of-00002.h5"
    let shard = try Shard(path: path(name))
    let source = try XCTUnwrap(shard.source(of: 2))
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path(name)))
    bytes[shard.place(of: 2).offset + 5] ^= 4
    try bytes.write(to: URL(fileURLWithPath: path(name)))
    try succeed(["inspect", name])
    for subject in ["out", name] {
      try assertFails(
        ["inspect", subject, "--verify"], code: 3, [name, "image 2 (\(source))", "checksum"])
    }
    bytes[bytes.count - 1] ^= 4
    try bytes.write(to: URL(fileURLWithPath: path(name)))
    try assertFails(["inspect", name], code: 3, [name, "description", "checksum"])
    try assertFails(["inspect", "b0", "--verify"], code: 2, ["--verify is for shards"])
  }

  func testVerifyingTheFirstVersionTellsWhatItCannotCheck() throws {
    let digits = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Configs/digits")
    let report = try succeed(["inspect", digits.path, "--verify"]).output
    for part in ["an array", "version 1", "match their checksums", "none of the whole file"] {
      XCTAssertTrue(report.contains(part), report)
    }
  }

  func testWhatLooksLikeAMistakeWantsAnOption() throws {
    for number in 0..<4 { try folder.write(jpegFile(number), to: "one/a/\(number).jpg") }
    XCTAssertTrue(try succeed(["pack", "one", "out"]).output.contains("are of one class"))
    try folder.write(jpegFile(20), to: "deep/all/a/1.jpg")
    try folder.write(Data("notes".utf8), to: "deep/notes/x.txt")
    try assertFails(["pack", "deep", "x"], code: 3, ["deep", "one class, all", "--as-is"])
    XCTAssertFalse(exists("x"))
    try succeed(["pack", "deep", "x", "--as-is"])
    for number in 4..<7 { try folder.write(jpegFile(number), to: "Train/Cat/\(number).jpg") }
    try folder.write(jpegFile(8), to: "Train/Dog/8.jpg")
    try folder.write(jpegFile(9), to: "Val/Cat/9.jpg")
    let report = try succeed(["pack", ".", "divided"]).output
    for part in [
      "divided by folders: Train is for training, Val for validation",
      "left out, being neither training nor validation: folders deep, one, out, x",
      "class Dog has no picture for validation", "4 training and 1 validation images, 2 classes",
    ] { XCTAssertTrue(report.contains(part), report) }

    let file = try HDF5File(creating: path("gaps.h5"))
    try file.write([UInt8](repeating: 1, count: 5 * 16), to: "images", shape: [5, 4, 4])
    try file.write([Int32]([1, 2, 4, 4, 2]), to: "labels", shape: [5])
    try file.close()
    try assertFails(
      ["pack", "gaps.h5", "gaps"], code: 3, ["labels go from 1 to 4", "classes 0, 3", "--as-is"])
    let gaps = try succeed(["pack", "gaps.h5", "gaps", "--classes", "no,a,b,c,d"]).output
    XCTAssertTrue(gaps.contains("classes no, c have no picture left for training"), gaps)
  }

  func testWhatIsForeignCannotActOnATerminal() throws {
    let name = "\u{1B}[31mred\u{202E}\u{9B}5m"
    for number in 0..<2 {
      try folder.write(jpegFile(number), to: "source/\(name)/\(number).jpg")
      try folder.write(jpegFile(10 + number), to: "source/plain/\(number).jpg")
    }
    try folder.write(Data(), to: "source/\(name)/\u{7}\t\n.jpg")
    try folder.write(Data(), to: "source/plain/x.\u{1B}[2J")
    func assertHarmless(_ outcome: Command.Outcome, line: UInt = #line) {
      let text = outcome.output + outcome.errors
      for mark in ["\u{1B}", "\u{202E}", "\u{9B}", "\u{7}"] {
        XCTAssertFalse(text.unicodeScalars.contains { String($0) == mark }, text, line: line)
      }
    }
    let pack = try succeed(["pack", "source", "out", "--credit", "\u{1B}]0;x"])
    assertHarmless(pack)
    XCTAssertTrue(
      pack.output.contains(#"  \u{1B}[31mred\u{202E}\u{9B}5m/\u{7}\t\n.jpg"#), pack.output)
    let skipped = try String(contentsOfFile: path("out/skipped.txt"), encoding: .utf8)
    XCTAssertEqual(skipped.split(separator: "\n").count, 1)
    XCTAssertEqual(skipped.split(separator: "\t").count, 2)
    let inspect = try succeed(["inspect", "out"])
    assertHarmless(inspect)
    XCTAssertTrue(inspect.output.contains(#"\u{1B}[31mred\u{202E}\u{9B}5m 2"#), inspect.output)
    let json = try succeed(["inspect", "out", "--json"])
    assertHarmless(json)
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    XCTAssertEqual(object?["classNames"] as? [String], [name, "plain"])
    for arguments in [
      ["pack", "\u{1B}[5m", "x"], ["\u{1B}[5m"], ["pack", "source", "--\u{1B}[5m"],
      ["pack", "source", "y", "--validation", "\u{9B}5m"], ["train", "\u{1B}[5m"],
    ] {
      let outcome = try effnet(arguments)
      XCTAssertNotEqual(outcome.exitCode, 0)
      assertHarmless(outcome)
    }
  }

  func testWhatIsNoFileIsNotWaitedFor() throws {
    try writePictures(3)
    XCTAssertEqual(mkfifo(path("source/cat/pipe.jpg"), 0o600), 0)
    XCTAssertEqual(symlink("/dev/zero", path("source/cat/zero.png")), 0)
    let outcome = try succeed(["pack", "source", "out"])
    XCTAssertTrue(outcome.output.contains("pipe.jpg\tit is a pipe, not a file"), outcome.output)
    XCTAssertTrue(outcome.output.contains("zero.png\tit is a device, not a file"), outcome.output)
    XCTAssertEqual(mkfifo(path("pipe"), 0o600), 0)
    try assertFails(["pack", "pipe", "a", "--labels", "pipe"], code: 3, ["pipe", "not a file"])
    try assertFails(
      ["pack", "source", "a", "--validation-list", "pipe"], code: 3, ["a pipe that nobody writes"])
    // Links that somebody planted where packing writes.
    try write("kept", to: "victim")
    for name in [".checked-0", "train-00000-of-00001.h5.partial", "skipped.txt"] {
      try? FileManager.default.createDirectory(
        atPath: path("planted"), withIntermediateDirectories: false)
      XCTAssertEqual(symlink(path("victim"), path("planted/\(name)")), 0)
    }
    _ = try effnet(["pack", "source", "planted"])
    XCTAssertEqual(try String(contentsOfFile: path("victim"), encoding: .utf8), "kept")
  }

  func testManyThatCannotBePackedAreNotAllPrinted() throws {
    try writePictures(2)
    for number in 0..<300 {
      try folder.write(Data("x".utf8), to: "source/cat/bad \(number).jpg")
      try folder.write(Data(), to: "source/cat/other.\(number)x")
    }
    let outcome = try succeed(["pack", "source", "out"])
    XCTAssertLessThan(outcome.output.split(separator: "\n").count, 20, outcome.output)
    XCTAssertTrue(outcome.output.contains("and 298 more"), outcome.output)
  }

  func testOptionsThatDoNotGoTogetherAreRefused() throws {
    try writePictures(2)
    try assertFails(["pack", "source", "out", "--classes", "a,b"], code: 2, ["--classes"])
    let long = try effnet(
      ["pack", "source", "out", "--credit", String(repeating: "x", count: 70_000)])
    XCTAssertEqual(long.exitCode, 2)
    XCTAssertTrue(long.errors.contains("--credit can have at most 64512 bytes"), long.errors)
    try assertFails(["pack", "images.h5", "out", "--decode"], code: 3, ["no images.h5"])
    try write("", to: "images.h5")
    try assertFails(["pack", "images.h5", "out", "--decode"], code: 2, ["--decode"])
    try folder.write(jpegFile(1), to: "divided/train/a/1.jpg")
    try folder.write(jpegFile(3), to: "divided/train/b/3.jpg")
    try folder.write(jpegFile(2), to: "divided/val/a/2.jpg")
    try assertFails(["pack", "divided", "out", "--validation", "1"], code: 2, ["--validation"])
    try succeed(["pack", "divided", "out"])
    XCTAssertEqual(files("out"), ["train-00000-of-00001.h5", "validation-00000-of-00001.h5"])
  }
}
