import Datasets
import Foundation
import TestSupport
import XCTest

final class CIFARSourceTests: XCTestCase {
  /// An image whose red, green and blue planes begin with `seed`, `seed` + 1 and `seed` + 2.
  private func image(_ labels: [UInt8], _ seed: UInt8) -> Data {
    Data(labels)
      + (0..<3).flatMap { plane in
        (0..<1024).map { UInt8(truncatingIfNeeded: Int(seed) + plane + $0) }
      }
  }

  private func pixels(_ source: CIFARSource, _ index: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 3072)
    try bytes.withUnsafeMutableBufferPointer { try source.read(index, into: $0) }
    return bytes
  }

  private func assertRejected(
    _ folder: URL, _ parts: [String], line: UInt = #line
  ) {
    XCTAssertThrowsError(try CIFARSource(folder: folder.path, part: .training), line: line) {
      for part in parts { XCTAssertTrue("\($0)".contains(part), "\($0)", line: line) }
    }
  }

  func testTheSmallSetIsReadAndPacked() throws {
    let folder = try temporaryFolder()
    // A file that happens to have such a name makes no folder of pictures another thing.
    for stray in ["test.bin", "data_batch_1.bin"] {
      try folder.write(Data("stray".utf8), to: stray)
      XCTAssertFalse(CIFARSource.isFolder(folder.path))
    }
    for batch in 1...5 {
      let content = image([UInt8(batch % 2)], UInt8(batch)) + image([1], UInt8(100 + batch))
      try folder.write(content, to: "data_batch_\(batch).bin")
    }
    try folder.write(image([0], 7), to: "test_batch.bin")
    try folder.write(Data("airplane\nautomobile\n\n".utf8), to: "batches.meta.txt")
    XCTAssertTrue(CIFARSource.isFolder(folder.path))
    let training = try CIFARSource(folder: folder.path, part: .training, credit: "they")
    let test = try CIFARSource(folder: folder.path, part: .test)
    XCTAssertEqual(training.labels, [1, 1, 0, 1, 1, 1, 0, 1, 1, 1])
    XCTAssertEqual(test.labels, [0])
    XCTAssertEqual(training.classNames, ["airplane", "automobile"])
    XCTAssertEqual(Array(try pixels(training, 3)[0..<6]), [102, 103, 104, 103, 104, 105])
    XCTAssertEqual(Array(try pixels(training, 8)[0..<3]), [5, 6, 7])

    let output = folder.appending(path: "packed").path
    let packed = try Packer(validation: .count(0), shardLimit: 4).pack(
      training: training, validation: test, into: output)
    XCTAssertEqual(packed.training.count, 3)
    let dataset = try Dataset(packed.training, relativeTo: "")
    let place = dataset.place(of: 0)
    XCTAssertEqual([dataset.count, place.height, place.width, place.channels], [10, 32, 32, 3])
    for index in 0..<10 {
      XCTAssertEqual(try dataset.sample(index).bytes, try pixels(training, index))
    }
    XCTAssertEqual(try Dataset(packed.validation, relativeTo: "").sample(0).label, 0)

    try folder.write(image([0], 7).dropLast(), to: "data_batch_2.bin")
    assertRejected(folder, ["data_batch_2.bin", "3072 bytes", "multiple of the 3073"])
    try FileManager.default.removeItem(at: folder.appending(path: "data_batch_5.bin"))
    try folder.write(image([2], 7), to: "data_batch_2.bin")
    assertRejected(folder, ["data_batch_5.bin", "cannot be read"])
    try folder.write(image([2], 7), to: "data_batch_5.bin")
    assertRejected(folder, ["label 2"])
  }

  func testTheLargeSetHasFineLabels() throws {
    let folder = try temporaryFolder()
    try folder.write(image([9, 1], 3) + image([9, 0], 4), to: "train.bin")
    try folder.write(image([9, 1], 5), to: "test.bin")
    try folder.write(Data("apple\naquarium_fish\n".utf8), to: "fine_label_names.txt")
    let training = try CIFARSource(folder: folder.path, part: .training)
    XCTAssertEqual(training.labels, [1, 0])
    XCTAssertEqual(training.classNames, ["apple", "aquarium_fish"])
    XCTAssertEqual(Array(try pixels(training, 1)[0..<4]), [4, 5, 6, 5])
    XCTAssertEqual(try CIFARSource(folder: folder.path, part: .test).labels, [1])
  }
}
