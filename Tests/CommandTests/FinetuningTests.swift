import HDF5
import XCTest

final class FinetuningTests: TrainingTestCase {
  private let source = "source/checkpoint-00000008.h5"

  private func finetuning(_ text: String) -> [String] {
    ["finetuning.checkpoint=\(source)"] + text.split(separator: " ").map { "finetuning.\($0)" }
  }

  /// Values of the weights and statistics to evaluate with, by layer and name.
  private func tensors(_ checkpoint: String) throws -> [String: [UInt32]] {
    let file = try HDF5File(reading: path(checkpoint))
    var result: [String: [UInt32]] = [:]
    for layer in try file.attribute("layer_names", as: [String].self).dropFirst() {
      for name in try file.attribute("weight_names", of: "/\(layer)", as: [String].self) {
        result[name] = try file.read("/\(layer)/\(name)", as: Float.self).map(\.bitPattern)
      }
    }
    return result
  }

  func testFrozenTensorsKeepTheirBitsAndOthersChange() throws {
    try prepare()
    _ = try hash("source")
    let old = try tensors(source)
    for (part, stages) in [("stem", 0), ("stage3", 3), ("all", 7)] {
      _ = try hash(part, finetuning("freeze=\(part)"))
      let new = try tensors("\(part)/checkpoint-00000008.h5")
      XCTAssertEqual(Set(new.keys), Set(old.keys))
      for (name, values) in new {
        let stage = name.hasPrefix("block") ? Int(name.dropFirst(5).prefix(1)) ?? 0 : 0
        let isFrozen =
          name.hasPrefix("stem") || (1...7).contains(stage) && stage <= stages
          || part == "all" && name.hasPrefix("top")
        XCTAssertEqual(values == old[name], isFrozen, "\(part): \(name)")
      }
    }
  }

  func testAnyNumberOfRanksAndRoundsGivesTheSameBits() throws {
    try prepare()
    _ = try hash("source")
    let overrides =
      finetuning("freeze=stage2 backboneRate=0.25")
      + ["network.batchNormGroup=2", "network.stemStride=1"]
    let alone = try hash("alone", overrides)
    for (ranks, rounds) in [(2, 1), (3, 1), (1, 4), (3, 2)] {
      let output = "ranks-\(ranks)-\(rounds)"
      XCTAssertEqual(
        try hash(output, overrides + ["batch.rounds=\(rounds)"], ranks: ranks), alone, output)
    }
    XCTAssertNotEqual(
      try hash("full-rate", overrides + ["finetuning.backboneRate=1"]), alone)
  }

  func testAFrozenNetworkGivesTheSameBitsOnEveryNumberOfRanks() throws {
    try prepare()
    _ = try hash("source")
    // Micro-batches of twelve begin within what would be a tile of images of one rank.
    let overrides = finetuning("freeze=all") + ["batch.size=48", "batch.microBatch=12"]
    let alone = try hash("alone", overrides)
    for ranks in [2, 3, 4] {
      XCTAssertEqual(try hash("ranks-\(ranks)", overrides, ranks: ranks), alone, "\(ranks) ranks")
    }
  }

  func testARunGoesOnWithoutTheCheckpointItBeganWith() throws {
    try prepare()
    _ = try hash("source")
    let overrides = finetuning("freeze=stage2")
    let undisturbed = try hash("undisturbed", overrides)
    _ = try hash("run", overrides + ["training.steps=4"])
    try FileManager.default.removeItem(atPath: path(source))
    XCTAssertEqual(try hash("run", overrides, ["--resume"]), undisturbed)
    try assertFails(train("new", overrides), code: 3, ["there is no checkpoint", source])
  }

  func testOtherClassesGetANewClassifier() throws {
    try prepare()
    _ = try hash("source")
    try writeImages(count: 40, to: "others.h5", classes: 4)
    try succeed(["pack", "others.h5", "others", "--validation", "8"])
    let data = ["data.train=others/train-*.h5", "data.validation=others/validation-*.h5"]
    let outcome = try effnet(train("others-run", finetuning("freeze=all") + data))
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    XCTAssertEqual(outcome.messages.count, 1, outcome.errors)
    for part in ["the classifier starts anew for the classes 0, 1, 2, 3", source, "for 0, 1, 2"] {
      XCTAssertTrue(outcome.errors.contains(part), "no \(part) in \(outcome.errors)")
    }
    let (old, new) = (try tensors(source), try tensors("others-run/checkpoint-00000008.h5"))
    XCTAssertEqual(new["predictions/bias:0"]?.count, 4)
    XCTAssertEqual(new["top_conv/kernel:0"], old["top_conv/kernel:0"])
  }

  func testAnotherNetworkIsNamedByItsFirstDifferingTensor() throws {
    try prepare()
    _ = try hash("source")
    try assertFails(
      train("run", finetuning("freeze=stem") + ["network.width=0.5"]), code: 2,
      [source, "stem_conv/kernel was [3, 3, 1, 8] and is [3, 3, 1, 16]", "section network"])
    XCTAssertFalse(exists("run"))
  }

  func testAnotherNetworkOfTheSameShapesIsRefused() throws {
    try prepare()
    _ = try hash("source")
    for change in ["network.model=lite0", "network.batchNormEpsilon=0.01"] {
      let arguments = finetuning("freeze=all") + [change]
      let stages = change.hasSuffix("lite0") ? " tensor " : "strides, shortcuts, activation"
      try assertFails(train("other", arguments), code: 2, ["is of another network", stages])
    }
  }
}
