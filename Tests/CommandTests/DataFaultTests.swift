import Datasets
import Foundation
import HDF5
import XCTest

final class DataFaultTests: TrainingTestCase {
  /// Trains on damaged data, which is to fail before anything is written.
  private func assertRejected(_ parts: [String], line: UInt = #line) throws {
    try assertFails(train("run"), code: 3, parts, line: line)
    XCTAssertFalse(exists("run"), line: line)
  }

  private func labels(_ shard: String) throws -> [Int32] {
    try HDF5File(reading: path(shard)).read("labels")
  }

  /// Changes one byte of an image of the training shard.
  private func damage(image: Int) throws {
    var bytes = [UInt8](repeating: 0, count: 144)
    try bytes.withUnsafeMutableBufferPointer {
      try HDF5File(reading: path(Self.trainingShard))
        .read("images", rows: image..<image + 1, into: $0)
    }
    try replace(77, of: bytes, with: bytes[77] ^ 1, in: Self.trainingShard)
  }

  func testAMissingShardIsNamed() throws {
    try prepare()
    try FileManager.default.removeItem(atPath: path(Self.trainingShard))
    try assertRejected(["there is no shard", "data/train-*.h5", "pack the data"])
  }

  func testATruncatedShardIsNamed() throws {
    try prepare()
    try truncate(Self.trainingShard)
    try assertRejected([Self.trainingShard, "truncated", "copy it again"])
    try truncate(Self.trainingShard, to: 0.001)
    try assertRejected([Self.trainingShard, "copy it again"])
  }

  func testAFileThatIsNoShardIsNamed() throws {
    try prepare()
    try write("no shard\n", to: Self.validationShard)
    try assertRejected([Self.validationShard, "not an HDF5 file"])
    try FileManager.default.removeItem(atPath: path(Self.validationShard))
    try copy("source.h5", to: Self.validationShard)
    try assertRejected([Self.validationShard, "not a shard"])
  }

  func testAShardOfAnotherVersionIsNamed() throws {
    try prepare()
    let file = try HDF5File(creating: path(Self.trainingShard))
    try file.setAttribute("format", to: "effnet-shard")
    try file.setAttribute("version", to: 3)
    try file.close()
    try assertRejected([Self.trainingShard, "version 3", "reads 1 to 2", "pack it again"])
  }

  func testAShardWithoutImagesIsNamed() throws {
    try prepare()
    try succeed(train("run"))
    let file = try HDF5File(creating: path(Self.validationShard))
    try file.setAttribute("format", to: "effnet-shard")
    try file.setAttribute("version", to: 1)
    try file.setAttribute("classes", to: ["0", "1", "2"])
    for name in ["height", "width", "channels"] { try file.setAttribute(name, to: 12) }
    try file.setAttribute("count", to: 0)
    try file.setAttribute("source", to: "")
    for name in ["mean", "deviation"] { try file.setAttribute(name, to: [0.5]) }
    try file.close()
    try assertFails(
      ["evaluate", "run/checkpoint-00000008.h5"], code: 3,
      [Self.validationShard, "it has no images", "pack it again"])
  }

  func testALabelWithoutClassIsNamed() throws {
    try prepare()
    try replace(5, of: labels(Self.trainingShard), with: 7, in: Self.trainingShard)
    try ShardSeal.write(to: path(Self.trainingShard))
    try assertRejected([Self.trainingShard, "image 5 has label 7", "0 to 2"])
  }

  func testADamagedImageIsFoundWhileTraining() throws {
    try prepare()
    try damage(image: 31)
    try assertFails(
      train("run"), code: 3, [Self.trainingShard, "image 31", "checksum", "copy the shard"])
    XCTAssertEqual(checkpoints("run"), [])
    XCTAssertFalse(exists("run/summary.json"))
  }

  func testTheRankThatFindsADamagedImageSpeaksForAll() throws {
    try prepare()
    try damage(image: 31)
    let outcome = try assertFails(
      train("run"), ranks: 3, code: 3, [Self.trainingShard, "image 31", "checksum"])
    XCTAssertEqual(outcome.messages.count, 1, outcome.errors)
    XCTAssertFalse(exists("run/ranks/verdict.json"))
  }

  func testADamagedImageLeavesNoProbabilities() throws {
    try prepare()
    try succeed(train("run"))
    try damage(image: 31)
    let command = ["evaluate", "run/checkpoint-00000008.h5", "--data", Self.trainingShard]
    let fault = [Self.trainingShard, "image 31", "checksum"]
    let before = files(".")
    try assertFails(command + ["--probabilities", "p.h5"], code: 3, fault)
    XCTAssertEqual(files("."), before)
    try assertFails(command + ["--probabilities", "p.h5"], ranks: 2, code: 3, fault)
    XCTAssertFalse(exists("p.h5"))
  }

  func testAFaultOfOneRankEndsAllRanks() throws {
    try prepare()
    // The last micro-batch belongs to the last rank alone.
    let order = EpochOrder(
      shards: [60], batchSize: 16, microBatchCount: 8,
      shuffle: EpochOrder.Shuffle(run: 1, window: 1), seed: 1, epoch: 0)
    let image = Int(try XCTUnwrap(order.samples(ofBatch: 0, microBatch: 7).last))
    try damage(image: image)
    let outcome = try assertFails(
      train("run", ["training.steps=100000"]), ranks: 3, code: 3,
      [Self.trainingShard, "image \(image)", "checksum"])
    XCTAssertLessThan(outcome.seconds, 10)
  }

  func testPicturesThatDoNotFitTheNetworkAreRefused() throws {
    try prepare()
    try assertFails(
      train("run", ["network.classes=2"]), code: 2, ["network.classes is 2", "3 classes"])
    XCTAssertFalse(exists("run"))
  }

  func testBrokenSourcesAreNotPacked() throws {
    func assertNotPacked(_ source: String, _ parts: [String], line: UInt = #line) throws {
      try assertFails(["pack", source, "out"], code: 3, [source] + parts, line: line)
      XCTAssertFalse(exists("out"), line: line)
    }
    try assertNotPacked("nowhere.h5", ["there is no", "correct the path"])
    try write("no pictures\n", to: "text.h5")
    try assertNotPacked("text.h5", ["not an HDF5 file"])
    try writeImages(count: 30, to: "short.h5")
    try truncate("short.h5", to: 0.7)
    try assertNotPacked("short.h5", ["truncated"])

    func writeSource(_ name: String, shape: [Int], labels: [Int32]?) throws {
      let file = try HDF5File(creating: path(name))
      let pixels = [UInt8](repeating: 1, count: shape.reduce(1, *))
      try file.write(pixels, to: "images", shape: shape)
      if let labels { try file.write(labels, to: "labels", shape: [labels.count]) }
      try file.close()
    }
    try writeSource("bare.h5", shape: [3, 4, 4], labels: nil)
    try assertNotPacked("bare.h5", ["labels"])
    try writeSource("flat.h5", shape: [3, 16], labels: [0, 1, 2])
    try assertNotPacked("flat.h5", ["[3, 16]", "[N, H, W]"])
    try writeSource("uneven.h5", shape: [3, 4, 4], labels: [0, 1])
    try assertNotPacked("uneven.h5", ["labels", "[2]", "[3]"])
    try writeSource("negative.h5", shape: [3, 4, 4], labels: [0, -1, 2])
    try assertNotPacked("negative.h5", ["image 1 has label -1"])
    try writeSource("whole.h5", shape: [3, 4, 4], labels: [0, 1, 2])
    try assertFails(
      ["pack", "whole.h5", "out", "--validation", "3"], code: 2, ["leave none of its 3"])
    XCTAssertFalse(exists("out"))
  }

  func testShardsAreNotMixedWithOlderOnes() throws {
    try prepare()
    let before = files("data")
    try assertFails(["pack", "source.h5", "data"], code: 7, ["data", "already has", "another"])
    XCTAssertEqual(files("data"), before)
  }
}
