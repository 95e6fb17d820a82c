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
    XCTAssertEqual(
      found.notes,
      [
        "left out 3 files, neither JPEG nor PNG: 1 .gif, 1 .md, 1 .txt",
        "left out 2 hidden pictures or folders",
      ])
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
      XCTAssertEqual(
        found.notes,
        [
          "divided by folders: train is for training, \(second) for validation",
          "left out, being neither training nor validation: folder other",
        ])
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
    try assertRejected(
      ["a/1.jpg", "b/1.jpg"], list: "a/1.jpg\na/2.jpg\n", ["line 2", "'a/2.jpg' is not there"])
    try assertRejected(
      ["train/a/1.jpg", "val/a/2.jpg"], list: "train/a/1.jpg", ["divided into train and val"])
    XCTAssertThrowsError(try PictureFolder(path: "/nowhere")) {
      XCTAssertTrue("\($0)".contains("cannot be read"), "\($0)")
    }
  }

  /// Makes a link at a path below a folder.
  private func link(_ root: URL, _ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: root.path + "/" + path, withDestinationPath: target)
  }

  func testAPictureCountsWhereItLies() throws {
    let root = try folder(["a/1.jpg", "b/2.jpg", "c/deep/3.jpg"])
    // To the root, to others, to itself, to a folder around all of them, in circles.
    try link(root, "a/all", to: "..")
    try link(root, "a/deep", to: "../c/deep")
    try link(root, "a/again", to: root.path + "/a")
    try link(root, "b/around", to: root.deletingLastPathComponent().path)
    try link(root, "all", to: ".")
    try link(root, "twin", to: "b")
    try link(root, "a/2.jpg", to: "../b/2.jpg")
    try link(root, "a/4.jpg", to: "4.jpg")
    try link(root, "a/3.jpg", to: root.path + "/nowhere")
    XCTAssertEqual(Glibc.link(root.path + "/a/1.jpg", root.path + "/c/1.jpg"), 0)
    XCTAssertEqual(mkfifo(root.path + "/a/5.jpg", 0o600), 0)
    let found = try PictureFolder(path: root.path)
    XCTAssertEqual(found.classNames, ["a", "b", "c"])
    XCTAssertEqual(found.files.map(\.path), ["a/1.jpg", "b/2.jpg", "c/deep/3.jpg"])
    XCTAssertEqual(found.files.map(\.label), [0, 1, 2])
    XCTAssertEqual(
      found.skipped.map(\.path),
      [
        "a/2.jpg", "a/3.jpg", "a/4.jpg", "a/5.jpg", "a/again", "a/all", "a/deep", "all", "b/around",
        "c/1.jpg", "twin",
      ])
    XCTAssertTrue(found.skipped[6].reason.contains("leads to c/deep once more"))
    XCTAssertTrue(found.skipped[9].reason.contains("the same file as a/1.jpg"))
  }

  func testLinksOutOfTheFolderAreFollowedOnce() throws {
    let root = try folder(["a/1.jpg", "b/2.jpg"])
    let pool = try folder(["x/3.jpg", "x/y/4.jpg", "5.jpg"])
    try link(root, "a/pool", to: pool.path)
    try link(root, "b/pool", to: pool.path)
    try link(root, "b/y", to: pool.path + "/x/y")
    try link(root, "c", to: pool.path + "/x")
    let found = try PictureFolder(path: root.path)
    // The folder of a class is asked for before what lies in the folders of others.
    XCTAssertEqual(
      found.files.map(\.path), ["a/1.jpg", "a/pool/5.jpg", "b/2.jpg", "c/3.jpg", "c/y/4.jpg"])
    XCTAssertEqual(found.skipped.map(\.path), ["a/pool/x", "b/pool", "b/y"])
  }

  func testLinksUponLinksEnd() throws {
    let root = try folder(["a/1.jpg", "b/2.jpg"])
    let pool = try folder((0..<24).map { "\($0)/x.txt" } + ["23/3.jpg"])
    for number in 0..<23 {
      for name in ["p", "q"] { try link(pool, "\(number)/\(name)", to: "../\(number + 1)") }
    }
    try link(root, "a/pool", to: pool.path + "/0")
    let start = ContinuousClock.now
    XCTAssertEqual(try PictureFolder(path: root.path).files.count, 3)
    XCTAssertLessThan(ContinuousClock.now - start, .seconds(2))
  }

  func testFoldersOfTheKernelAndOfSystemsHaveNoPictures() throws {
    let root = try folder([
      "a/1.jpg", "b/2.jpg", "@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg", "a/@eaDir/1.jpg/x.jpg",
      "__MACOSX/a/._1.jpg", "b/._2.jpg", "b/.thumbnails/2.png",
    ])
    try link(root, "a/proc", to: "/proc/self")
    try link(root, "b/sys", to: "/sys")
    let found = try PictureFolder(path: root.path)
    XCTAssertEqual(found.classNames, ["a", "b"])
    XCTAssertEqual(found.files.map(\.path), ["a/1.jpg", "b/2.jpg"])
    XCTAssertEqual(
      found.notes,
      [
        "left out 2 hidden pictures or folders",
        "left out 5 folders of the system: @eaDir, __MACOSX, a/@eaDir, a/proc, b/sys",
      ])
    XCTAssertThrowsError(try PictureFolder(path: "/proc"))
  }

  func testPathsThatAreTooLongAreTold() throws {
    let root = try folder(["a/1.jpg", "b/2.jpg"])
    let start = FileManager.default.currentDirectoryPath
    defer { XCTAssertEqual(chdir(start), 0) }
    XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(root.path + "/a"))
    let name = String(repeating: "d", count: 250)
    for _ in 0..<20 {
      XCTAssertEqual(mkdir(name, 0o700), 0)
      XCTAssertEqual(chdir(name), 0)
    }
    let found = try PictureFolder(path: root.path)
    XCTAssertEqual(found.files.count, 2)
    XCTAssertEqual(found.skipped.count, 1)
    XCTAssertTrue(found.skipped[0].reason.contains("name too long"), found.skipped[0].reason)
    for _ in 0..<20 {
      XCTAssertEqual(chdir(".."), 0)
      XCTAssertEqual(rmdir(name), 0)
    }
  }

  func testDivisionsAreKnownByTheirNames() throws {
    for (training, validation) in [
      ("Train", "Val"), ("Training", "Testing"), ("train", "eval"), ("TRAIN", "DEV"),
      ("seg_train", "seg_test"), ("train_set", "test_set"), ("trainset", "valset"),
      ("images-train", "images-evaluation"), ("TrainImages", "TestImages"),
      ("train2017", "val2017"),
      ("ILSVRC2012_img_train", "ILSVRC2012_img_val"), ("trainval", "test"),
    ] {
      let found = try PictureFolder(
        path: folder([
          "\(training)/a/1.jpg", "\(training)/b/2.jpg", "\(validation)/a/3.jpg", "notes/x.txt",
        ]).path)
      XCTAssertEqual(found.classNames, ["a", "b"], training)
      XCTAssertEqual(found.files.map(\.isValidation), [false, false, true], training)
      XCTAssertTrue(found.isDivided)
    }
    // Intel's set; a wrapper around the parts; of two parts for validation one is taken.
    let found = try PictureFolder(
      path: folder([
        "archive/seg_train/seg_train/sea/1.jpg", "archive/seg_train/seg_train/ice/2.jpg",
        "archive/seg_test/seg_test/sea/3.jpg", "archive/seg_val/ice/4.jpg",
        "archive/seg_pred/5.jpg",
        "licence.txt",
      ]).path)
    XCTAssertEqual(found.classNames, ["ice", "sea"])
    XCTAssertEqual(found.files.last?.path, "archive/seg_val/ice/4.jpg")
    XCTAssertEqual(
      found.notes,
      [
        "looked through archive, archive/seg_train/seg_train, which are alone around the others",
        "divided by folders: seg_train is for training, seg_val for validation",
        "left out, being neither training nor validation: folders archive/seg_pred, archive/seg_test",
        "left out 1 file, neither JPEG nor PNG: 1 .txt",
      ])
  }

  func testAFolderAloneAroundTheClassesIsLookedThrough() throws {
    let paths = ["PetImages/Cat/1.jpg", "PetImages/Dog/2.jpg", "readme.txt"]
    let found = try PictureFolder(path: folder(paths).path)
    XCTAssertEqual(found.classNames, ["Cat", "Dog"])
    XCTAssertEqual(found.notes[0], "looked through PetImages, which is alone around the others")
    XCTAssertEqual(
      try PictureFolder(path: folder(paths).path, isAsIs: true).classNames, ["PetImages"])
    let deep = try PictureFolder(path: folder(["x/y/z/a/1.jpg", "x/y/z/b/2.jpg"]).path)
    XCTAssertEqual(deep.classNames, ["a", "b"])
  }

  func testFoldersThatRepeatInEachClassAreTold() throws {
    let folds = ["fold1/cat/1.jpg", "fold1/dog/2.jpg", "fold2/cat/3.jpg", "fold2/dog/4.jpg"]
    let found = try PictureFolder(path: folder(folds).path)
    XCTAssertEqual(found.classNames, ["fold1", "fold2"])
    XCTAssertEqual(
      found.notes,
      [
        "each class has the folders cat, dog in it: if those are the classes, make them the outer "
          + "folders"
      ])
    XCTAssertEqual(try PictureFolder(path: folder(folds + ["fold2/5.jpg"]).path).notes, [])
  }

  func testWhatCannotBeMeantIsRefused() throws {
    let insist = "--as-is"
    try assertRejected(
      ["all/a/1.jpg", "all/b/2.jpg", "notes/x.txt"], ["one class, all", "/all/ if", insist])
    try assertRejected(["train/a/1.jpg", "rest/a/2.jpg"], ["train would be a class", insist])
    try assertRejected(["train/1.jpg", "test1/2.jpg"], ["test1, train would be classes", insist])
    try assertRejected(
      ["train/a/1.jpg", "Train/a/1.jpg", "val/a/2.jpg"], ["which of Train, train is meant"])
    try assertRejected(
      ["x_train/a/1.jpg", "x_val/a/1.jpg", "y_train/a/2.jpg", "y_val/a/1.jpg"],
      ["which of x_train, y_train is meant"])
    try assertRejected(["a/1.gif", "b/2.webp"], ["left out 2 files", "1 .gif, 1 .webp"])
    // The names of trains, of shoes, and of a single class that is wanted.
    for (paths, isAsIs) in [
      (["train/1.jpg", "car/2.jpg"], false), (["training_shoes/1.jpg", "boots/2.jpg"], false),
      (["dev/x/1.jpg", "cats/2.jpg"], false), (["a/1.jpg"], false),
      (["all/a/1.jpg", "all/b/2.jpg", "notes/x.txt"], true),
      (["train/a/1.jpg", "rest/a/2.jpg"], true), (["train/a/1.jpg", "val/a/2.jpg"], false),
    ] {
      XCTAssertNoThrow(try PictureFolder(path: folder(paths).path, isAsIs: isAsIs), "\(paths)")
    }
  }

  func testAFolderThatIsReadInPartIsAFailure() throws {
    let folder = try temporaryFolder()
    for number in 0..<3 { try folder.write(Data(), to: "\(number).jpg") }
    let root = FolderRoot(path: folder.path)
    let whole = try XCTUnwrap(opendir(folder.path))
    errno = EIO
    XCTAssertEqual(try root.names(of: whole, "").names, ["0.jpg", "1.jpg", "2.jpg"])
    XCTAssertEqual(closedir(whole), 0)
    // Something else in the place of the folder, as if the server had lost it: ENOTDIR, and EBADF.
    for flags in [O_RDONLY, O_WRONLY] {
      let lost = try XCTUnwrap(opendir(folder.path))
      let other = open(flags == O_RDONLY ? "/dev/null" : "/dev/full", flags)
      XCTAssertEqual(dup2(other, dirfd(lost)), dirfd(lost))
      close(other)
      XCTAssertThrowsError(try root.names(of: lost, "")) {
        XCTAssertEqual(($0 as? SystemFailure)?.code, ENOTDIR)
      }
      closedir(lost)
    }
  }
}
