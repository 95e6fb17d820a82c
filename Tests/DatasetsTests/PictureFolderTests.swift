import Datasets
import Foundation
import TestSupport
import XCTest

final class PictureFolderTests: XCTestCase {
  /// A folder with a file, not necessarily a picture, at each of these paths.
  private func folder(_ paths: [String]) throws -> URL {
    let folder = try temporaryFolder()
    for path in paths { try folder.write(Data(path.utf8), to: path) }
    return folder
  }

  private func assertRejected(
    _ paths: [String], list: String? = nil, _ parts: [String], line: UInt = #line
  ) throws {
    let folder = try folder(paths)
    var listFile: String?
    if let list {
      listFile = folder.path + "-list"
      try Data(list.utf8).write(to: URL(filePath: folder.path + "-list"))
      addTeardownBlock { try FileManager.default.removeItem(atPath: folder.path + "-list") }
    }
    XCTAssertThrowsError(
      try PictureFolder(path: folder.path, validationList: listFile), line: line
    ) { error in
      guard case .badSource = error as? DatasetError else { return XCTFail("\(error)", line: line) }
      XCTAssertEqual("\(error)".split(separator: "\n").count, 1, line: line)
      for part in parts { XCTAssertTrue("\(error)".contains(part), "\(error)", line: line) }
    }
  }

  func testFoldersAreClassesInTheOrderOfTheirBytes() throws {
    let root = try folder([
      "zebra/1.jpg", "Äffin/2.PNG", "a b\nc/deep/er/3.JpEg", "zebra/deep/4.jpg", "zebra/notes.txt",
      ".git/5.jpg", "zebra/.hidden.jpg", "readme.md", "stray.png", "empty/none.gif",
    ])
    let found = try PictureFolder(path: root.path)
    XCTAssertEqual(found.classNames, ["a b\nc", "empty", "zebra", "Äffin"])
    XCTAssertEqual(
      found.files.map(\.path),
      ["a b\nc/deep/er/3.JpEg", "zebra/1.jpg", "zebra/deep/4.jpg", "Äffin/2.PNG"])
    XCTAssertEqual(found.files.map(\.label), [0, 2, 2, 3])
    XCTAssertFalse(found.isDivided)
    XCTAssertEqual(found.ignoredCount, 3)
    XCTAssertEqual(found.skipped.map(\.path), ["stray.png"])
  }

  func testDividedFoldersKeepTheirDivision() throws {
    for second in ["val", "validation", "test"] {
      let root = try folder([
        "train/b/1.jpg", "train/a/2.jpg", "\(second)/b/3.jpg", "other/c/4.jpg",
      ])
      let found = try PictureFolder(path: root.path)
      XCTAssertEqual(found.classNames, ["a", "b"])
      XCTAssertEqual(
        found.files.map(\.path), ["train/a/2.jpg", "train/b/1.jpg", "\(second)/b/3.jpg"])
      XCTAssertEqual(found.files.map(\.isValidation), [false, false, true])
      XCTAssertEqual(found.files.map(\.label), [0, 1, 1])
      XCTAssertTrue(found.isDivided)
      XCTAssertEqual(found.ignoredFolders, ["other"])
    }
    let single = try PictureFolder(path: folder(["train/b/1.jpg", "train/a/2.jpg"]).path)
    XCTAssertEqual(single.classNames, ["a", "b"])
    XCTAssertFalse(single.isDivided)
    let vehicles = try PictureFolder(path: folder(["train/1.jpg", "car/2.jpg"]).path)
    XCTAssertEqual(vehicles.classNames, ["car", "train"])
  }

  func testAListNamesTheValidationPictures() throws {
    let root = try folder(["a/1.jpg", "a/ü 2.jpg", "b/3.jpg"])
    let list = try folder(["x"]).appending(path: "list.txt")
    try Data("./b/3.jpg\r\n\r\na/ü 2.jpg".utf8).write(to: list)
    let found = try PictureFolder(path: root.path, validationList: list.path)
    XCTAssertEqual(found.files.map(\.path), ["a/1.jpg", "a/ü 2.jpg", "b/3.jpg"])
    XCTAssertEqual(found.files.map(\.isValidation), [false, true, true])
    XCTAssertTrue(found.isDivided)
  }

  func testFoldersThatCannotBePackedSayWhy() throws {
    try assertRejected(["1.jpg", "2.png"], ["no folders", "one for each class"])
    try assertRejected(["a/1.gif"], ["no JPEG or PNG"])
    try assertRejected(
      ["train/a/1.jpg", "val/a/2.jpg", "val/b/3.jpg"], ["val/b", "no class of that name"])
    try assertRejected(["a/1.jpg"], list: "a/1.jpg\na/2.jpg\n", ["line 2", "'a/2.jpg'"])
    try assertRejected(
      ["train/a/1.jpg", "val/a/2.jpg"], list: "train/a/1.jpg", ["divided into train and val"])
    XCTAssertThrowsError(try PictureFolder(path: "/nowhere")) {
      XCTAssertTrue("\($0)".contains("cannot be read"), "\($0)")
    }
  }

  func testLinksAreFollowedButNotInCircles() throws {
    let root = try folder(["a/1.jpg"])
    let manager = FileManager.default
    try manager.createSymbolicLink(
      atPath: root.path + "/a/again", withDestinationPath: root.path + "/a")
    try manager.createSymbolicLink(
      atPath: root.path + "/a/2.jpg", withDestinationPath: root.path + "/a/1.jpg")
    try manager.createSymbolicLink(
      atPath: root.path + "/a/3.jpg", withDestinationPath: root.path + "/nowhere")
    XCTAssertEqual(mkfifo(root.path + "/a/4.jpg", 0o600), 0)
    let found = try PictureFolder(path: root.path)
    XCTAssertEqual(found.files.map(\.path), ["a/1.jpg", "a/2.jpg"])
    XCTAssertEqual(found.skipped.map(\.path), ["a/3.jpg", "a/4.jpg"])
  }
}
