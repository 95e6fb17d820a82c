import Datasets
import Foundation
import Training
import XCTest

/// Folders whose names have characters of patterns.
final class ConfigurationFolderTests: ConfigurationFileTestCase {
  private static let folders = [
    "12[7].pbs", "a*b", "what?", "back\\slash", "back\\*star", "{a,b}", "[", "[!a]", "]", "ünd [ü]",
    "d[\u{301}a]", "*\u{308}", "\\\u{20D0}x", "?\u{FE0F}\u{20E3}",
  ]

  func testTheFolderOfAFileIsNoPattern() throws {
    for name in Self.folders {
      try write(Self.minimal, to: "\(name)/c.yaml")
      for shard in ["train-a.h5", "train-b.h5", "other.h5"] {
        try write("", to: "\(name)/shards/\(shard)")
      }
      // What the pattern would match if the folder's name were part of it.
      try write("", to: "127.pbs/shards/train-c.h5")
      let configuration = try Configuration(contentsOf: path("\(name)/c.yaml"))
      let expected = ["train-a.h5", "train-b.h5"].map { path("\(name)/shards/\($0)") }
      XCTAssertEqual(
        try configuration.data.train.flatMap { try ShardPath.files($0, relativeTo: ".") }, expected)

      let written = try Configuration(yaml: configuration.yaml, folder: URL(fileURLWithPath: "/x"))
      XCTAssertEqual(written, configuration)
      XCTAssertEqual(
        try written.data.train.flatMap { try ShardPath.files($0, relativeTo: ".") }, expected)

      // A folder and a file by their names.
      for (train, count) in [("shards", 3), ("shards/train-a.h5", 1), ("./shards/../shards/o*", 1)]
      {
        try write(
          Self.minimal.replacing("shards/train-*.h5", with: train), to: "\(name)/sub.yaml")
        let files = try Configuration(contentsOf: path("\(name)/sub.yaml")).data.train.flatMap {
          try ShardPath.files($0, relativeTo: ".")
        }
        XCTAssertEqual(files.count, count, "\(name) \(train)")
        XCTAssertTrue(files.allSatisfy { $0.hasPrefix(path("\(name)/shards/")) }, "\(files)")
      }
    }
  }

  func testTheFolderOfABaseIsNoPattern() throws {
    for name in Self.folders {
      try write(Self.minimal, to: "\(name)/c.yaml")
      try write("", to: "\(name)/shards/train-a.h5")
      let quoted = name.unicodeScalars.map { $0 == "\\" ? "\\\\" : String($0) }.joined()
      try write("base: \"\(quoted)/c.yaml\"\n", to: "derived.yaml")
      let configuration = try Configuration(contentsOf: path("derived.yaml"))
      XCTAssertEqual(
        try configuration.data.train.flatMap { try ShardPath.files($0, relativeTo: ".") },
        [path("\(name)/shards/train-a.h5")])
    }
  }

  func testTheCurrentFolderIsNoPattern() throws {
    let old = FileManager.default.currentDirectoryPath
    defer { XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(old)) }
    for name in Self.folders {
      try write("", to: "\(name)/here/train-a.h5")
      XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(path(name)))
      let train = try read("data.train=here/t*-[a].h5").data.train
      XCTAssertEqual(
        try train.flatMap { try ShardPath.files($0, relativeTo: ".") },
        [path("\(name)/here/train-a.h5")])
    }
  }

  func testANameThatIsNoPatternIsTakenAsItIs() throws {
    for name in ["a[1].h5", "a*.h5", "b\\[1].h5", "c\\d.h5", "e\\"] {
      try write("", to: "names/\(name)")
      XCTAssertEqual(
        try ShardPath.files(path("names/\(name)"), relativeTo: "."), [path("names/\(name)")])
    }
    XCTAssertEqual(
      try ShardPath.files(path("names/a\\*.h5"), relativeTo: "."), [path("names/a*.h5")])
    try write("", to: "names/a1.h5")
    XCTAssertEqual(
      try ShardPath.files(path("names/?1.h5"), relativeTo: "."), [path("names/a1.h5")])
  }
}
