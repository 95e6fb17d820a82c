import Datasets
import Foundation
import TestSupport
import XCTest

final class PackingPlanTests: XCTestCase {
  /// A folder with pictures of two classes, `count` of each.
  private func folder(_ count: Int) throws -> URL {
    let folder = try temporaryFolder()
    for number in 0..<count {
      try folder.write(jpegFile(number), to: "a/\(number).jpg")
      try folder.write(jpegFile(1_000 + number), to: "b/\(number).jpg")
    }
    return folder
  }

  func testOddFilesAreListedWithTheirReasons() throws {
    let root = try folder(5)
    let good = try jpegFile(0)
    // A header of 20,000 × 20,000 pixels in front of nothing.
    var bomb = pngFile
    bomb.replaceSubrange(16..<24, with: [0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20])
    let odd: [(path: String, content: Data, reason: String)] = [
      ("a/bomb.png", bomb, "20000 × 20000 pixels are more"),
      ("a/copy.jpg", good, "copy of a/0.jpg"),
      ("a/cut.jpg", good.prefix(good.count / 2), "ends before"),
      ("a/empty.jpeg", Data(), "empty"),
      ("a/gif.png", Data("GIF89a".utf8), "it is GIF, whatever its name says"),
      ("a/text.jpg", Data("not a picture".utf8), "neither JPEG nor PNG"),
      ("b/größe\n.jpg", good, "copy of a/0.jpg"),
    ]
    for file in odd { try root.write(file.content, to: file.path) }
    // The type is the content's.
    try root.write(pngFile, to: "b/fine.JPEG")
    try root.write(jpegFile(77), to: "b/fine.png")
    try root.write(jpegFile(78), to: "b/fine.jfif")
    let plan = try plan(root.path, packer: Packer(validation: .count(2)))
    XCTAssertEqual(plan.skipped.map(\.path), odd.map(\.path))
    for (picture, file) in zip(plan.skipped, odd) {
      XCTAssertTrue(picture.reason.contains(file.reason), picture.line)
      XCTAssertFalse(picture.line.contains("\n"))
    }
    XCTAssertEqual(plan.training.count, 11)
    XCTAssertEqual(plan.validation.count, 2)
    XCTAssertEqual(plan.emptyClasses, [])
  }

  func testCopiesOfTrainingPicturesAreNoValidationPictures() throws {
    let root = try temporaryFolder()
    try root.write(jpegFile(1), to: "train/z/1.jpg")
    try root.write(jpegFile(1), to: "test/a/1.jpg")
    try root.write(jpegFile(2), to: "test/z/2.jpg")
    try root.write(jpegFile(4), to: "train/y/4.jpg")
    try root.write(Data(), to: "train/a/3.jpg")
    let plan = try plan(root.path)
    XCTAssertEqual(
      plan.training.map { plan.folder.files[$0].path }.sorted(), ["train/y/4.jpg", "train/z/1.jpg"])
    XCTAssertEqual(plan.classesWithoutValidation, ["y"])
    XCTAssertEqual(plan.validation.map { plan.folder.files[$0].path }, ["test/z/2.jpg"])
    XCTAssertEqual(plan.skipped.map(\.path), ["test/a/1.jpg", "train/a/3.jpg"])
    XCTAssertTrue(plan.skipped[0].reason.contains("copy of train/z/1.jpg, which is for training"))
    XCTAssertEqual(plan.emptyClasses, ["a"])
  }

  func testTrainingPicturesAreShuffledAndShardsAreEven() throws {
    let root = try folder(10)
    let packer = Packer(validation: .fraction(0.2), seed: 3, shardLimit: 6)
    let first = try plan(root.path, packer: packer)
    XCTAssertEqual(
      first.shards.map(\.name),
      (0..<3).map { "train-0000\($0)-of-00003.h5" } + ["validation-00000-of-00001.h5"])
    XCTAssertEqual(first.shards.map(\.pictures.count), [5, 5, 6, 4])
    XCTAssertEqual(first.shards.flatMap(\.pictures), first.training + first.validation)
    XCTAssertNotEqual(first.training, first.training.sorted())
    XCTAssertEqual((first.training + first.validation).sorted(), Array(0..<20))
    XCTAssertEqual(first.validation.filter { first.folder.files[$0].label == 0 }.count, 2)

    // Whatever the content of shards depends on is part of the hash.
    XCTAssertEqual(try plan(root.path, packer: packer).sha256, first.sha256)
    var others = [
      try plan(root.path, packer: Packer(validation: .fraction(0.2), seed: 4, shardLimit: 6)),
      try plan(root.path, packer: Packer(validation: .fraction(0.2), seed: 3, shardLimit: 5)),
      try plan(root.path, storage: PictureStorage(isDecoded: true), packer: packer),
      try plan(root.path, storage: PictureStorage(shorterSide: 8), packer: packer),
      try plan(root.path, packer: packer, credit: "somebody"),
    ]
    try root.write(jpegFile(5_000), to: "a/0.jpg")
    others.append(try plan(root.path, packer: packer))
    XCTAssertEqual(Set(others.map(\.sha256) + [first.sha256]).count, 7)
  }

  func testNothingLeftIsAnError() throws {
    let root = try temporaryFolder()
    try root.write(Data(), to: "a/1.jpg")
    try root.write(Data(), to: "b/1.jpg")
    XCTAssertThrowsError(try plan(root.path)) {
      XCTAssertTrue("\($0)".contains("none of its pictures is left"), "\($0)")
    }
  }

  func testOneOfEachClassStaysForTraining() throws {
    let root = try temporaryFolder()
    for number in 0..<8 { try root.write(jpegFile(number), to: "rare\(number)/1.jpg") }
    for number in 0..<20 { try root.write(jpegFile(100 + number), to: "big/\(number).jpg") }
    // Its other pictures are a copy and a damaged one.
    try root.write(jpegFile(0), to: "rare0/2.jpg")
    try root.write(Data(), to: "rare0/3.jpg")
    let plan = try plan(root.path, packer: Packer(validation: .fraction(0.4)))
    XCTAssertEqual(plan.emptyClasses, [])
    XCTAssertEqual(plan.validation.count, 11)
    XCTAssertEqual(plan.classesWithoutValidation, (0..<8).map { "rare\($0)" })
  }

  func testAPictureThatChangesMeanwhileIsNoticed() throws {
    let root = try folder(2)
    let plan = try plan(root.path, packer: Packer(validation: .count(0)))
    try root.write(jpegFile(9_999), to: "b/1.jpg")
    let output = try temporaryFolder()
    XCTAssertThrowsError(try write(plan, into: output.path)) {
      XCTAssertTrue("\($0)".contains("b/1.jpg"), "\($0)")
      XCTAssertTrue("\($0)".contains("changed"), "\($0)")
    }
    XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: output.path), [])
  }
}
