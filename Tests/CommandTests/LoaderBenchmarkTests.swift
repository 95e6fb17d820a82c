import Foundation
import XCTest

final class LoaderBenchmarkTests: PictureTestCase {
  private func number(_ object: [String: Any], _ key: String) throws -> Double {
    try XCTUnwrap(object[key] as? Double, key)
  }

  private func run(_ options: [String], ranks: Int? = nil) throws -> [String: Any] {
    let text = try succeed(["benchmark", "loader", "small.yaml", "--json"] + options, ranks: ranks)
      .output
    return try XCTUnwrap(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], text)
  }

  func testAnEpochIsGoneThroughOnce() throws {
    try preparePictures()
    let bytes = try (files("shards") ?? []).filter { $0.hasPrefix("train") }
      .map { try Data(contentsOf: URL(fileURLWithPath: path("shards/\($0)"))).count }
      .reduce(0, +)
    for ranks in [nil, 2] {
      let result = try run([], ranks: ranks)
      XCTAssertEqual(try number(result, "datasetImages"), 57)
      let images = try number(result, "images")
      XCTAssertTrue(ranks == nil ? images == 57 : (24...33).contains(images), "\(images)")
      for key in ["imagesPerSecond", "seconds", "usedBytes", "peakResidentBytes", "batchDiversity"]
      {
        XCTAssertGreaterThan(try number(result, key), 0, key)
      }
      // The images are nearly all there is in shards.
      if ranks == nil {
        XCTAssertLessThan(try number(result, "usedBytes"), Double(bytes))
        XCTAssertGreaterThan(try number(result, "usedBytes"), 0.5 * Double(bytes))
      }
    }
  }

  func testMadeUpPicturesLeaveNothingBehind() throws {
    try write(Self.pictures, to: "small.yaml")
    let result = try run(["--synthetic", "100", "--size", "40x30", "--images", "40"])
    XCTAssertEqual(try number(result, "datasetImages"), 100)
    XCTAssertEqual(try number(result, "images"), 48, "whole batches of 16")
    XCTAssertEqual(files("."), ["small.yaml"])
    let wrong = try effnet(["benchmark", "loader", "small.yaml", "--size", "40"])
    XCTAssertEqual(wrong.exitCode, 2)
    XCTAssertTrue(wrong.errors.contains("'40' is invalid for '--size"), wrong.errors)
  }

  func testASignalLeavesNoMadeUpPictures() throws {
    try write(Self.pictures, to: "small.yaml")
    let temporary = path("temporary")
    try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: false)
    func madeUp() -> [String] { files("temporary")?.filter { $0.hasPrefix("effnet-") } ?? [] }
    for (signal, code) in [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)] {
      let command = try start(
        ["benchmark", "loader", "small.yaml", "--synthetic", "200000", "--size", "200x200"],
        wrapper: ["env", "TMPDIR=\(temporary)"])
      try command.run(until: { !madeUp().isEmpty }, "pictures were made")
      try command.signal(signal)
      let outcome = try command.outcome(within: 20)
      XCTAssertEqual(outcome.exitCode, code, outcome.errors)
      XCTAssertEqual(madeUp(), [])
    }
  }
}
