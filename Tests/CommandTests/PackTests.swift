import Datasets
import Foundation
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
    try folder.write(pngFile, to: "source/dög/named.jpg")
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
      "left out, being no JPEG or PNG: 1 file", "skipped 3 files", "copy of cat/0.jpg",
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
    try folder.write(jpegFile(2), to: "divided/val/a/2.jpg")
    try assertFails(["pack", "divided", "out", "--validation", "1"], code: 2, ["--validation"])
    try succeed(["pack", "divided", "out"])
    XCTAssertEqual(files("out"), ["train-00000-of-00001.h5", "validation-00000-of-00001.h5"])
  }
}
