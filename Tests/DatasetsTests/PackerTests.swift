import Datasets
import Foundation
import HDF5
import XCTest

final class PackerTests: XCTestCase {
  private func bigEndian(_ values: UInt32...) -> Data {
    values.reduce(into: Data()) { data, value in
      withUnsafeBytes(of: value.bigEndian) { data.append(contentsOf: $0) }
    }
  }

  private func assertRejected(
    _ part: String, line: UInt = #line, _ body: () throws -> Void
  ) {
    XCTAssertThrowsError(try body(), line: line) {
      switch $0 as? DatasetError {
      case .badSource, .badRequest: break
      default: XCTFail("\($0)", line: line)
      }
      XCTAssertTrue("\($0)".contains(part), "\($0)", line: line)
    }
  }

  func testTheSplitIsStratifiedAndReproducible() {
    let labels = (0..<103).map { Int32($0 % 10 < 5 ? 0 : $0 % 3) }
    let split = StratifiedSplit(labels: labels, validationCount: 20, seed: 5)
    XCTAssertEqual((split.training + split.validation).sorted(), Array(0..<103))
    XCTAssertEqual(split.validation.count, 20)
    for label: Int32 in 0..<3 {
      let share = Double(labels.filter { $0 == label }.count * 20) / 103
      let count = split.validation.filter { labels[$0] == label }.count
      XCTAssertLessThan(abs(Double(count) - share), 1)
    }
    XCTAssertEqual(StratifiedSplit(labels: labels, validationCount: 20, seed: 5), split)
    XCTAssertNotEqual(StratifiedSplit(labels: labels, validationCount: 20, seed: 6), split)
  }

  func testTheSplitLeavesOneImageOfEachClassForTraining() throws {
    let labels: [Int32] = (0..<10).map { $0 } + [10, 10, 10] + [11, 11]
    XCTAssertEqual(StratifiedSplit.greatestValidationCount(labels), 3)
    for count in 0...3 {
      let split = StratifiedSplit(labels: labels, validationCount: count, seed: 2)
      XCTAssertEqual(split.validation.count, count)
      XCTAssertEqual(Set(split.training.map { labels[$0] }).count, 12)
    }
    let images = TestImages(classNames: (0..<12).map(String.init), labels: labels)
    let folder = try temporaryFolder().path
    assertRejected("4 images for validation leave a class none for training; at most 3") {
      _ = try Packer(validation: .count(4)).pack(images, into: folder)
    }
    let output = try Packer(validation: .fraction(0.9)).pack(images, into: folder)
    XCTAssertEqual(try Dataset(output.validation, relativeTo: "").count, 3)
  }

  func testWhatCannotBeMeantIsRefused() throws {
    let folder = try temporaryFolder().path
    let numbers = (0..<5).map(String.init)
    let odd: [(images: TestImages, reason: String)] = [
      (
        TestImages(classNames: numbers, labels: [1, 2, 3, 4]), "go from 1 to 4, and class 0 has no"
      ),
      (TestImages(classNames: numbers, labels: [0, 4]), "classes 1, 2, 3 have no image"),
      (TestImages(height: 3, width: 16, channels: 16), "look like [N, C, H, W]"),
      (TestImages(height: 1, width: 28, channels: 28), "look like [N, C, H, W]"),
      (TestImages(height: 32, width: 32, channels: 16), "16 channels are unusual"),
      (TestImages(height: 3, width: 1_024), "3 × 1024 pixels"),
    ]
    for (images, reason) in odd {
      assertRejected(reason) { _ = try Packer(validation: .count(1)).pack(images, into: folder) }
      assertRejected("--as-is") {
        _ = try Packer(validation: .count(0)).pack(
          training: images, validation: TestImages(), into: folder)
      }
    }
    XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder), [])
    _ = try Packer(validation: .count(0), isAsIs: true).pack(odd[1].images, into: folder + "/gaps")
    for (index, fine) in [
      TestImages(channels: 4), TestImages(height: 3, width: 3, channels: 3),
      TestImages(classNames: ["none", "cat", "dog"], labels: [1, 2, 1, 2]),
      TestImages(classNames: ["0"], labels: [0, 0, 0]),
    ].enumerated() {
      _ = try Packer(validation: .count(1)).pack(fine, into: "\(folder)/\(index)")
    }
  }

  func testLabelsOfImagesThatAreNoneAreNotRead() throws {
    let folder = try temporaryFolder().path
    func number(_ value: Int) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
    func file(_ name: String, _ extents: [Int]) throws -> String {
      let path = "\(folder)/\(name)"
      let head = [0, 0, 8, UInt8(extents.count)] + extents.flatMap(number)
      try Data(head).write(to: URL(filePath: path))
      XCTAssertEqual(truncate(path, head.count + extents.reduce(1, *)), 0)
      return path
    }
    func open(_ extents: [Int], isAsIs: Bool = false) throws -> IDXSource {
      try IDXSource(
        images: file("images", extents), labels: file("labels", [extents[0]]), isAsIs: isAsIs)
    }
    // None of them takes a byte on the disk.
    let start = ContinuousClock.now
    for extents in [[2_000_000_000, 1, 1], [900_000_000, 1, 3], [60_000_000, 1, 33]] {
      assertRejected("\(extents[1]) × \(extents[2]) pixels with 1 channels are unusual") {
        _ = try open(extents)
      }
    }
    for isAsIs in [false, true] {
      assertRejected("2147483648 images, more than the 2147483647 of a set") {
        _ = try open([1 << 31, 1, 1], isAsIs: isAsIs)
      }
    }
    XCTAssertLessThan(ContinuousClock.now - start, .seconds(5))
    XCTAssertEqual(try open([3_000_000, 2, 2]).labels.count, 3_000_000)
    XCTAssertEqual(try open([5, 1, 1], isAsIs: true).labels, [0, 0, 0, 0, 0])
  }

  func testPackedImagesAreTheSourceDividedInShards() throws {
    let images = TestImages(labels: (0..<25).map { $0 % 2 })
    let folder = try temporaryFolder().appending(path: "packed").path
    let packer = Packer(validation: .fraction(0.2), seed: 1, shardLimit: 8)
    let output = try packer.pack(images, into: folder)
    XCTAssertEqual(
      output.training, (0..<3).map { "\(folder)/train-0000\($0)-of-00003.h5" })
    XCTAssertEqual(output.validation, ["\(folder)/validation-00000-of-00001.h5"])

    let split = StratifiedSplit(labels: images.labels, validationCount: 5, seed: 1)
    for (pattern, indices) in [("train-*", split.training), ("validation-*", split.validation)] {
      let dataset = try Dataset([pattern], relativeTo: folder)
      XCTAssertEqual(dataset.count, indices.count)
      for (sample, index) in indices.enumerated() {
        let read = try dataset.sample(sample)
        XCTAssertEqual(read.bytes, images.bytes(index))
        XCTAssertEqual(read.label, Int(images.labels[index]))
      }
    }
    XCTAssertThrowsError(try packer.pack(images, into: folder), "old shards must not mix with new")
    {
      guard case .notWritten = $0 as? DatasetError else { return XCTFail("\($0)") }
    }
  }

  func testAFailureLeavesNoShard() throws {
    let images = TestImages(labels: [0, 1, 0, 1], missingImage: 3)
    let folder = try temporaryFolder().path
    assertRejected("image 3 is gone") {
      _ = try Packer(validation: .count(0), shardLimit: 1).pack(images, into: folder)
    }
    XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder), [])
    assertRejected("4 images for validation leave none of its 4") {
      _ = try Packer(validation: .count(4)).pack(images, into: folder)
    }
    assertRejected("1.5") {
      _ = try Packer(validation: .fraction(1.5)).pack(images, into: folder)
    }
  }

  func testIDXFilesAreReadAndChecked() throws {
    let folder = try temporaryFolder()
    let images = folder.appending(path: "images")
    let labels = folder.appending(path: "labels")
    let pixels = bigEndian(0x803, 3, 2, 2) + Data(0..<12)
    let marks = bigEndian(0x801, 3) + Data([1, 0, 4])
    func open(_ pixels: Data, _ marks: Data) throws -> IDXSource {
      try pixels.write(to: images)
      try marks.write(to: labels)
      return try IDXSource(images: images.path, labels: labels.path)
    }
    let source = try open(pixels, marks)
    XCTAssertEqual([source.height, source.width, source.channels], [2, 2, 1])
    XCTAssertEqual(source.labels, [1, 0, 4])
    XCTAssertEqual(source.classNames, ["0", "1", "2", "3", "4"])
    var image = [UInt8](repeating: 0, count: 4)
    try image.withUnsafeMutableBufferPointer { try source.read(1, into: $0) }
    XCTAssertEqual(image, [4, 5, 6, 7])

    assertRejected("27 bytes, but extents [3, 2, 2] need 28") {
      _ = try open(pixels.dropLast(), marks)
    }
    assertRejected("29 bytes") { _ = try open(pixels + [0], marks) }
    assertRejected("first 16 bytes") { _ = try open(pixels.prefix(9), marks) }
    assertRejected("need") {
      _ = try open(bigEndian(0x803, .max, .max, .max) + Data(0..<12), marks)
    }
    assertRejected("empty") { _ = try open(bigEndian(0x803, 3, 0, 2), marks) }
    assertRejected("idx file of bytes with 3 axes") { _ = try open(marks, marks) }
    assertRejected("gunzip") { _ = try open(Data([0x1f, 0x8b, 8, 0]), marks) }
    assertRejected("3 images") { _ = try open(pixels, bigEndian(0x801, 2) + [0, 1]) }
    assertRejected("cannot be read") {
      _ = try IDXSource(images: "/nowhere", labels: labels.path)
    }
    _ = try open(pixels, marks)
    XCTAssertThrowsError(
      try IDXSource(images: images.path, labels: labels.path, classNames: ["a", "b"])
    ) {
      XCTAssertEqual(
        $0 as? DatasetError, .badLabel(file: labels.path, image: 2, label: 4, classCount: 2))
    }
  }

  func testHDF5FilesAreReadWithTheirNamesAndCredit() throws {
    let folder = try temporaryFolder()
    let path = folder.appending(path: "colour.h5").path
    let file = try HDF5File(creating: path)
    try file.write([UInt8](0..<24), to: "images", shape: [2, 2, 2, 3])
    try file.write([UInt8]([1, 0]), to: "labels", shape: [2])
    try file.setAttribute("source", to: "someone, CC BY")
    try file.setAttribute("classes", to: ["cat", "dog"])
    try file.close()
    let source = try HDF5Source(path: path)
    XCTAssertEqual([source.height, source.width, source.channels], [2, 2, 3])
    XCTAssertEqual(source.labels, [1, 0])
    XCTAssertEqual(source.classNames, ["cat", "dog"])
    XCTAssertEqual(source.credit, "someone, CC BY")
    XCTAssertEqual(try HDF5Source(path: path, classNames: ["x", "y"]).classNames, ["x", "y"])
    for index in [0, 1, 0] {
      var image = [UInt8](repeating: 0, count: 12)
      try image.withUnsafeMutableBufferPointer { try source.read(index, into: $0) }
      XCTAssertEqual(image, Array(UInt8(12 * index)..<UInt8(12 * index + 12)))
    }

    let greyPath = folder.appending(path: "grey.h5").path
    let grey = try HDF5File(creating: greyPath)
    try grey.write([UInt8](0..<8), to: "images", shape: [2, 2, 2])
    try grey.write([Int64]([3, 0]), to: "labels", shape: [2])
    try grey.close()
    let numbered = try HDF5Source(path: greyPath)
    XCTAssertEqual(numbered.channels, 1)
    XCTAssertEqual(numbered.classNames, ["0", "1", "2", "3"])

    let shortPath = folder.appending(path: "short.h5").path
    let short = try HDF5File(creating: shortPath)
    try short.write([UInt8](0..<8), to: "images", shape: [2, 2, 2])
    try short.write([Int64]([3]), to: "labels", shape: [1])
    try short.close()
    assertRejected("[1], not [2]") { _ = try HDF5Source(path: shortPath) }
  }
}
