import Foundation
import HDF5
import Networks
import Training
import XCTest

final class CheckpointTests: CheckpointTestCase {
  func testAStateComesBackToTheBit() throws {
    for isAveraging in [false, true] {
      let state = try state(seed: 1, isAveraging: isAveraging)
      let path = try write(state)
      let copy = try self.state(seed: 2, isAveraging: isAveraging)
      XCTAssertNotEqual(copy.sha256, state.sha256)
      var parts = 0
      let checkpoint = try Checkpoint.read(path, into: copy) { parts += 1 }
      XCTAssertGreaterThan(parts, state.table.trainable.count, "slow reading would look like none")
      XCTAssertEqual(copy.sha256, state.sha256)
      XCTAssertEqual(copy.step, 17)
      XCTAssertEqual(checkpoint.classNames, ["a", "b", "ç"])
      XCTAssertEqual(checkpoint.configuration, "text")
      XCTAssertFalse(FileManager.default.fileExists(atPath: path + ".partial"))
    }
  }

  func testTheRootIsKerasLayout() throws {
    let state = try state(seed: 1, isAveraging: true)
    let file = try HDF5File(reading: try write(state))
    let layers = try file.attribute("layer_names", as: [String].self)
    XCTAssertEqual(layers.first, "normalization")
    XCTAssertEqual(layers.count, 1 + state.table.layers.count)
    XCTAssertEqual(
      try file.attribute("weight_names", of: "/stem_bn", as: [String].self),
      ["gamma", "beta", "moving_mean", "moving_variance"].map { "stem_bn/\($0):0" })
    XCTAssertEqual(
      try file.read("/normalization/normalization/variance:0", as: Float.self),
      [0.0625, 0.0625, 0.0625])
    let average = try XCTUnwrap(state.averagedWeights)
    let stem = state.table.trainable[0]
    XCTAssertEqual(
      try file.read("/stem_conv/stem_conv/kernel:0", as: Float.self, shape: stem.shape),
      stem.range.map { average.start[$0] }, "the root holds the averaged weights")
  }

  func testTextsTooLongForAnAttributeAreKeptAndChecked() throws {
    // The synsets of ImageNet-21k: more than an attribute can hold from 7,169 classes on.
    let names = (0..<7_300).map { String("n\(10_000_000 + 1_234 * $0)".prefix(9)) }
    let text = "# " + String(repeating: "ä", count: 40_000)
    XCTAssertGreaterThan(9 * names.count, HDF5File.attributeByteLimit)
    XCTAssertGreaterThan(text.utf8.count, HDF5File.attributeByteLimit)
    let state = try state(seed: 1, isAveraging: true)
    let root = try HDF5File(reading: write(state, "short.h5"))
      .attribute("layer_names", as: [String].self)
    let path = try write(state, configuration: text, classNames: names)
    let checkpoint = try Checkpoint.read(path, into: self.state(seed: 2, isAveraging: true))
    XCTAssertEqual(checkpoint.classNames, names)
    XCTAssertEqual(checkpoint.configuration, text)
    XCTAssertEqual(try HDF5File(reading: path).attribute("layer_names", as: [String].self), root)

    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let place = try XCTUnwrap(bytes.range(of: Data(names[7_000].utf8))).lowerBound
    bytes[place + 5] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    XCTAssertThrowsError(try Checkpoint(describing: path)) {
      XCTAssertTrue("\($0)".contains("does not match its checksum"), "\($0)")
    }
  }

  func testADamagedTensorIsNamed() throws {
    let state = try state(seed: 1, isAveraging: true)
    let path = try write(state)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let file = try HDF5File(reading: path)
    for dataset in [
      "/effnet/weights/stem_conv/kernel", "/effnet/statistics/stem_bn/moving_mean",
      "/effnet/velocity/predictions/bias", "/effnet/mean_square/top_conv/kernel",
      "/stem_conv/stem_conv/kernel:0", "/stem_bn/stem_bn/moving_variance:0",
      "/normalization/normalization/variance:0", "/normalization/normalization/count:0",
    ] {
      var damaged = whole
      damaged[try file.placement(of: dataset).lowerBound] ^= 0x10
      let copy = "\(folder)/damaged.h5"
      try damaged.write(to: URL(fileURLWithPath: copy))
      XCTAssertThrowsError(
        try Checkpoint.read(copy, into: self.state(seed: 2, isAveraging: true)), dataset
      ) {
        XCTAssertEqual(($0 as? TrainingError)?.faultKind, .data)
        for part in [copy, "is damaged", dataset] {
          XCTAssertTrue("\($0)".contains(part), "\($0)")
        }
      }
    }
  }

  func testAnotherNetworkIsNamedByItsFirstDifferingTensor() throws {
    let path = try write(state(seed: 1, isAveraging: true))
    let wider = try state(width: 0.5, seed: 1, isAveraging: true)
    XCTAssertThrowsError(try Checkpoint.read(path, into: wider)) {
      XCTAssertEqual(($0 as? TrainingError)?.faultKind, .usage)
      for part in ["stem_conv/kernel", "[3, 3, 3, 8]", "[3, 3, 3, 16]"] {
        XCTAssertTrue("\($0)".contains(part), "\($0)")
      }
    }
  }

  func testAFileThatIsNoCheckpointSaysSo() throws {
    let path = "\(folder)/other.h5"
    try HDF5File(creating: path).close()
    XCTAssertThrowsError(try Checkpoint(describing: path)) {
      XCTAssertTrue("\($0)".contains("not a checkpoint"), "\($0)")
    }
    XCTAssertThrowsError(try Checkpoint(describing: "\(folder)/none.h5")) {
      XCTAssertTrue("\($0)".contains("there is no checkpoint"), "\($0)")
    }
  }
}
