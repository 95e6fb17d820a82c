import Datasets
import Foundation
import HDF5
import Tensors
import XCTest

final class ShardTests: XCTestCase {
  private func assertThrows(
    _ expected: DatasetError, line: UInt = #line, _ body: () throws -> Void
  ) {
    XCTAssertThrowsError(try body(), line: line) {
      XCTAssertEqual($0 as? DatasetError, expected, line: line)
    }
  }

  /// Path of a shard of test images, changed by `edit`.
  private func shard(
    _ images: TestImages = TestImages(), edit: (inout Data) throws -> Void = { _ in }
  ) throws -> String {
    let file = try temporaryFolder().appending(path: "shard.h5")
    try images.write(to: file.path)
    var data = try Data(contentsOf: file)
    try edit(&data)
    try data.write(to: file)
    return file.path
  }

  /// Changes one byte of the only place in the file that holds `bytes`.
  private func damage(_ data: inout Data, where bytes: [UInt8]) throws {
    let place = try XCTUnwrap(data.range(of: Data(bytes)))
    XCTAssertNil(data.range(of: Data(bytes), in: place.upperBound..<data.endIndex))
    data[place.lowerBound + bytes.count / 2] ^= 0x40
  }

  private func littleEndian(_ values: [some FixedWidthInteger]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
  }

  func testImagesAndDescriptionComeBackAsWritten() throws {
    let images = TestImages(channels: 3)
    let path = try shard(images)
    let dataset = try Dataset([path], relativeTo: "")
    XCTAssertEqual(dataset.count, 5)
    let place = dataset.place(of: 0)
    XCTAssertEqual([place.height, place.width, place.channels, dataset.channels], [4, 3, 3, 3])
    XCTAssertEqual(dataset.classNames, ["zero", "one"])
    XCTAssertEqual(dataset.shards[0].description.source, "made up")
    for index in [3, 0, 4, 1, 2] {
      let sample = try dataset.sample(index)
      XCTAssertEqual(sample.bytes, images.bytes(index))
      XCTAssertEqual(sample.label, Int(images.labels[index]))
    }
    XCTAssertFalse(FileManager.default.fileExists(atPath: path + ".partial"))
  }

  func testDigestsAreThoseOfTheFormat() throws {
    // SHA-256 of the bytes 1, 2, 3 and the label 1, 0, 0, 0 begins 48 9c 1d 0d …; see sha256sum.
    let images = TestImages(
      height: 1, width: 3, classNames: ["a", "b"], credit: "c", labels: [1])
    let path = try temporaryFolder().appending(path: "one.h5").path
    let writer = try ShardWriter(path: path, images: images, count: 1)
    try [1, 2, 3].withUnsafeBufferPointer { try writer.append($0, label: 1) }
    try writer.finish()
    let file = try HDF5File(reading: path)
    XCTAssertEqual(try file.read("digests", as: UInt64.self), [0xbe31f5fc0d1d9c48])
    XCTAssertEqual(
      try file.attribute("sha256", as: String.self),
      "a965687fabe38ceabf850e853382617296c8f7b03f75bbdff60abc649467f998")
  }

  func testPixelStatisticsAreThoseOfAllPixels() throws {
    let images = TestImages(channels: 3)
    let folder = try temporaryFolder()
    var parts: [TestImages] = []
    for labels: [Int32] in [[0, 1, 1], [1, 0, 0, 0, 1]] {
      var part = images
      part.labels = labels
      try part.write(to: folder.appending(path: "\(labels.count).h5").path)
      parts.append(part)
    }
    let dataset = try Dataset(["*.h5"], relativeTo: folder.path)
    let pixels = parts.flatMap { part in part.labels.indices.flatMap { part.bytes($0) } }
    for channel in 0..<3 {
      let values = stride(from: channel, to: pixels.count, by: 3).map { Double(pixels[$0]) / 255 }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      XCTAssertEqual(dataset.mean[channel], mean, accuracy: 1e-12)
      XCTAssertEqual(dataset.deviation[channel], variance.squareRoot(), accuracy: 1e-12)
    }
  }

  func testEveryDamageIsNoticed() throws {
    let images = TestImages()
    let inImage = try shard(images) { try damage(&$0, where: images.bytes(3)) }
    let dataset = try Dataset([inImage], relativeTo: "")
    XCTAssertNoThrow(try dataset.sample(2))
    assertThrows(.checksumMismatch(file: inImage, image: 3)) { _ = try dataset.sample(3) }

    // Label 1 of image 4 becomes 0, so that there is a class of that label.
    let inLabels = try shard(images) { data in
      let place = try XCTUnwrap(data.range(of: Data(littleEndian(images.labels))))
      data[place.lowerBound + 16] = 0
    }
    assertThrows(.checksumMismatch(file: inLabels, image: nil)) { _ = try Shard(path: inLabels) }
    try ShardSeal.write(to: inLabels)
    assertThrows(.checksumMismatch(file: inLabels, image: 4)) {
      _ = try Dataset([inLabels], relativeTo: "").sample(4)
    }

    let digests: [UInt64] = try HDF5File(reading: try shard(images)).read("digests")
    let inDigests = try shard(images) { try damage(&$0, where: littleEndian(digests)) }
    assertThrows(.checksumMismatch(file: inDigests, image: nil)) { _ = try Shard(path: inDigests) }

    for text in ["made up", "one"] {
      let inDescription = try shard(images) { try damage(&$0, where: Array(text.utf8)) }
      assertThrows(.checksumMismatch(file: inDescription, image: nil)) {
        _ = try Shard(path: inDescription)
      }
    }
  }

  func testFilesThatAreNoShardsSayWhy() throws {
    let cut = try shard { $0.removeLast(100) }
    XCTAssertThrowsError(try Shard(path: cut)) {
      guard case .damaged(cut, let reason) = $0 as? DatasetError else { return XCTFail("\($0)") }
      XCTAssertTrue(reason.contains("truncated"), reason)
    }
    let text = try shard { $0 = Data("not a shard".utf8) }
    assertThrows(.damaged(file: text, reason: "it is not an HDF5 file")) {
      _ = try Shard(path: text)
    }
    let other = try temporaryFolder().appending(path: "other.h5").path
    try HDF5File(creating: other).close()
    assertThrows(.damaged(file: other, reason: "it is an HDF5 file, but not a shard")) {
      _ = try Shard(path: other)
    }
    let file = try HDF5File(creating: other)
    try file.setAttribute("format", to: ShardFormat.name)
    try file.setAttribute("version", to: 3)
    try file.close()
    assertThrows(.wrongVersion(file: other, found: 3)) { _ = try Shard(path: other) }
    assertThrows(.missing(path: "/nowhere/x.h5")) { _ = try Shard(path: "/nowhere/x.h5") }
  }

  func testLabelsWithoutAClassAreNamed() throws {
    let path = try temporaryFolder().appending(path: "shard.h5").path
    assertThrows(.badLabel(file: path + ".partial", image: 1, label: 2, classCount: 2)) {
      try TestImages(labels: [0, 2]).write(to: path)
    }
    for name in [path, path + ".partial"] {
      XCTAssertFalse(FileManager.default.fileExists(atPath: name), "a failure leaves no file")
    }
  }

  func testShardsOfDifferentDatasetsAreNotMixed() throws {
    let folder = try temporaryFolder()
    let first = folder.appending(path: "a.h5").path
    let second = folder.appending(path: "b.h5").path
    try TestImages().write(to: first)
    let others = [
      TestImages(classNames: ["zero", "two"]), TestImages(classNames: ["zero", "one", "two"]),
      TestImages(height: 3, width: 4), TestImages(channels: 3),
    ]
    for (other, part) in zip(others, ["'one' and 'two'", "2 and 3 classes", "[4, 3, 1]", ", 3]"]) {
      try other.write(to: second)
      XCTAssertThrowsError(try Dataset([folder.path], relativeTo: "")) {
        guard case .inconsistent(first, second, _) = $0 as? DatasetError else {
          return XCTFail("\($0)")
        }
        XCTAssertTrue("\($0)".contains(part), "\($0)")
      }
    }
  }

  func testPathsAreFilesFoldersOrPatternsFromTheBaseFolder() throws {
    let base = try temporaryFolder()
    let folder = base.appending(path: "digits")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    for name in ["train-1.h5", "train-0.h5", "validation-0.h5"] {
      try TestImages().write(to: folder.appending(path: name).path)
    }
    func names(_ paths: [String]) throws -> [String] {
      try Dataset(paths, relativeTo: base.path).shards.map {
        URL(filePath: $0.path).lastPathComponent
      }
    }
    XCTAssertEqual(try names(["digits/train-*.h5"]), ["train-0.h5", "train-1.h5"])
    XCTAssertEqual(try names(["digits"]), ["train-0.h5", "train-1.h5", "validation-0.h5"])
    XCTAssertEqual(
      try names(["digits/train-1.h5", folder.appending(path: "train-?.h5").path]),
      ["train-0.h5", "train-1.h5"])
    assertThrows(.missing(path: "\(base.path)/digits/test-*.h5")) {
      _ = try names(["digits/test-*.h5"])
    }
    assertThrows(.missing(path: "in \(base.path)/.")) { _ = try names(["."]) }
  }

  /// Lets this process open only `count` files beyond the highest descriptor while `body` runs.
  private func withOpenFiles(_ count: Int, _ body: () throws -> Void) throws {
    let resource = __rlimit_resource_t(bitPattern: RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    XCTAssertEqual(getrlimit(resource, &limit), 0)
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(
      Int.init)
    var low = rlimit(rlim_cur: rlim_t((open.max() ?? 0) + count), rlim_max: limit.rlim_max)
    XCTAssertEqual(setrlimit(resource, &low), 0)
    defer { XCTAssertEqual(setrlimit(resource, &limit), 0) }
    try body()
  }

  func testAMissingShardOfASetIsNamed() throws {
    let folder = try temporaryFolder().path
    func member(_ index: Int) -> String { "\(folder)/train-0000\(index)-of-00003.h5" }
    for index in 0..<3 { try TestImages().write(to: member(index)) }
    for paths in [[folder], ["\(folder)/train-*.h5"]] {
      XCTAssertEqual(try Dataset(paths, relativeTo: "").count, 15)
    }
    for index in 0..<3 {
      try FileManager.default.moveItem(atPath: member(index), toPath: "\(folder)/away")
      for path in [folder, "\(folder)/*.h5", "\(folder)/train-*-of-*.h5"] {
        assertThrows(.incomplete(path: member(index), count: 3)) {
          _ = try Dataset([path], relativeTo: "")
        }
      }
      try FileManager.default.moveItem(atPath: "\(folder)/away", toPath: member(index))
    }
    // A part of the set that is named as such is no mistake.
    try FileManager.default.removeItem(atPath: member(2))
    XCTAssertEqual(try Dataset([member(0), member(1)], relativeTo: "").count, 10)
    XCTAssertEqual(try Dataset(["\(folder)/train-0000[01]-*.h5"], relativeTo: "").count, 10)
  }

  func testTheLimitOfOpenFilesIsRaisedForTheShardsOfAllDatasets() throws {
    let folder = try temporaryFolder()
    let first = folder.appending(path: "0.h5")
    try TestImages(labels: [1]).write(to: first.path)
    for index in 1..<300 {
      try FileManager.default.linkItem(at: first, to: folder.appending(path: "\(index).h5"))
    }
    try withOpenFiles(20) {
      let datasets = try (0..<2).map { _ in try Dataset([folder.path], relativeTo: "") }
      for dataset in datasets {
        for index in 0..<300 { XCTAssertEqual(try dataset.sample(index).label, 1) }
      }
    }
  }

  func testAShardIsNotDamagedWhereTheSystemRefusesIt() throws {
    let path = try shard()
    try withOpenFiles(20) {
      var taken: [Int32] = []
      defer { for descriptor in taken { close(descriptor) } }
      while true {
        let descriptor = open("/dev/null", O_RDONLY)
        guard descriptor >= 0 else { break }
        taken.append(descriptor)
      }
      // None left for the first opening of the file, then none for the second.
      for _ in 0..<2 {
        XCTAssertThrowsError(try Shard(path: path)) {
          XCTAssertEqual($0 as? DatasetError, .unreadable(file: path, code: EMFILE))
          for part in [path, "too many open files", "ulimit -n"] {
            XCTAssertTrue("\($0)".contains(part), "\($0)")
          }
          XCTAssertFalse("\($0)".contains("copy it again"), "\($0)")
        }
        close(taken.removeLast())
      }
    }
  }

  func testNoDamageOfTheFirstBytesIsFatal() throws {
    let path = try shard()
    let whole = try Data(contentsOf: URL(filePath: path))
    func assertRefused(_ what: String, _ edit: (inout Data) -> Void) throws {
      var data = whole
      edit(&data)
      if data == whole { return }
      try data.write(to: URL(filePath: path))
      XCTAssertThrowsError(try Shard.verified(path: path), what) {
        XCTAssertTrue($0 is DatasetError, "\(what): \($0)")
      }
    }
    // Bytes that are no UTF-8 make a longer text than they are.
    let line = try XCTUnwrap(whole.range(of: Data("others ".utf8))).upperBound
    try assertRefused("no text") {
      $0.replaceSubrange(line..<512, with: Data(count: 512 - line).map { _ in 0xFF })
    }
    try assertRefused("no hash") {
      $0.replaceSubrange(line..<line + 64, with: Data(count: 64).map { _ in 0xFF })
    }
    var random = CounterRandom(seed: 1, sample: 0, purpose: .synthetic)
    for round in 0..<300 {
      let (a, b) = (Int(random.uniform() * 512), Int(random.uniform() * 512))
      let byte = UInt8(random.uniform() * 255)
      try assertRefused("round \(round)") { data in
        for place in min(a, b)...(round % 2 == 0 ? min(a, b) : max(a, b)) { data[place] = byte }
      }
    }
  }

  func testShardsOfTheFirstVersionAreRead() throws {
    let digits = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Configs/digits/validation-00000-of-00001.h5")
    let shard = try Shard.verified(path: digits.path)
    XCTAssertEqual(shard.description.version, 1)
    XCTAssertEqual(shard.description.encoding, .array)
    XCTAssertFalse(shard.isSealed)
    XCTAssertNil(shard.source(of: 0))
  }

  func testAShardInPiecesIsRefused() throws {
    // As `h5repack -l CHUNK=…` leaves it: the same content, but in no known place.
    let path = try temporaryFolder().appending(path: "chunked.h5").path
    let chunked = try XCTUnwrap(
      Bundle.module.url(
        forResource: "chunked-images", withExtension: "h5", subdirectory: "Fixtures"))
    try FileManager.default.copyItem(atPath: chunked.path, toPath: path)
    XCTAssertThrowsError(try Shard(path: path)) {
      guard case .damaged(path, let reason) = $0 as? DatasetError else { return XCTFail("\($0)") }
      XCTAssertTrue(reason.contains("not stored in one piece"), reason)
    }
  }
}
