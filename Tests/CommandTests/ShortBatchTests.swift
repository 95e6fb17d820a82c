import Foundation
import HDF5
import XCTest

/// What batches that are small for their batch normalisation do to a trained network.
final class ShortBatchTests: TrainingTestCase {
  /// Share of the pictures that an evaluated network may miss although training has learnt them by
  /// heart: two points, as the running statistics are averages over batches.
  private static let tolerance = 0.02

  /// A quarter of B0's width and depth, whose last maps are 1×1.
  private static let digits = """
    network: {width: 0.25, depth: 0.25, resolution: 32, inputChannels: 1, dropPath: 0,
              batchNormMomentum: 0.9}
    data: {train: data/train-*.h5, fit: pad, mean: [0.1307], deviation: [0.3078]}
    batch: {size: 64, microBatch: 8}
    training: {steps: 300, labelSmoothing: 0, logEverySteps: 300}
    schedule: {kind: cosine, learningRate: 0.002, warmupEpochs: 0.5}
    averaging: {decay: 0.99}
    checkpoint: {everyEpochs: 0}

    """

  /// Packs the first digits of each class.
  private func prepareDigits(_ count: Int) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let shard = try HDF5File(
      reading: root.appending(path: "Configs/digits/train-00000-of-00001.h5").path)
    let shape = try shard.shape(of: "images")
    let side = shape[1]
    let all = try shard.read("images", as: UInt8.self)
    let labels = try shard.read("labels", as: Int32.self)
    try shard.close()
    // An odd step goes through all classes.
    let chosen = (0..<count).map { 37 * $0 % labels.count }
    let source = try HDF5File(creating: path("source.h5"))
    try source.write(
      chosen.flatMap { all[$0 * side * side..<($0 + 1) * side * side] }, to: "images",
      shape: [count, side, side, 1])
    try source.write(chosen.map { labels[$0] }, to: "labels", shape: [count])
    try source.close()
    try? FileManager.default.removeItem(atPath: path("data"))
    try succeed(["pack", "source.h5", "data", "--validation", "0"])
    try write(Self.digits, to: "small.yaml")
  }

  private struct Evaluated: Decodable { let top1: Double }

  func testAnEpochThatDoesNotDivideIntoBatchesTeachesWhatEvaluationFinds() throws {
    for (images, overrides) in [
      (65, []), (66, []), (95, []), (97, []),
      (129, ["network.batchNormGroup=16"]), (17, ["batch.size=16", "batch.microBatch=4"]),
      (65, ["network.batchNormGroup=32", "batch.rounds=2"]),
    ] as [(Int, [String])] {
      try prepareDigits(images)
      let run = "run-\(images)-\(overrides.count)"
      try succeed(train(run, overrides))
      let outcome = try succeed(
        ["evaluate", "\(run)/checkpoint-00000300.h5", "--data", "data", "--json"])
      let evaluated = try JSONDecoder().decode(Evaluated.self, from: Data(outcome.output.utf8))
      XCTAssertGreaterThanOrEqual(
        evaluated.top1, 1 - Self.tolerance, "\(images) images, \(overrides)")
    }
  }

  func testBatchesWithoutVarianceAreRefused() throws {
    try prepareDigits(65)
    for (overrides, parts) in [
      (["batch.size=1", "batch.microBatch=1"], ["one value a channel", "batch.size to 4"]),
      (["batch.size=2", "batch.microBatch=1"], ["the smallest batch", "has 1", "batch.size"]),
      (
        ["batch.microBatch=1", "network.batchNormGroup=1"],
        ["a batch-norm group of it 1", "network.batchNormGroup"]
      ),
      (
        [
          "batch.size=256", "batch.microBatch=4", "network.batchNormGroup=4",
          "network.stemStride=1",
        ],
        [
          "65 training images are less than batch.size (256)", "batch-norm groups of 4 with 1",
          "64",
        ]
      ),
    ] {
      try assertFails(train("none", overrides), code: 2, parts)
    }
    try assertFails(
      train("none", ["batch.microBatch=1", "network.batchNormGroup=1"]), ranks: 2, code: 2,
      ["one value a channel"])
    // The half of an odd group is no whole number.
    try prepareDigits(25)
    for size in [3, 5, 7] {
      try succeed(
        train(
          "odd-\(size)",
          [
            "network.resolution=64", "batch.size=\(8 * size)", "batch.microBatch=\(size)",
            "network.batchNormGroup=\(size)", "training.steps=2",
          ]))
    }
    // Larger maps have variance in a single picture.
    try succeed(
      train(
        "one", ["batch.size=1", "batch.microBatch=1", "network.stemStride=1", "training.steps=2"]
      ))
  }
}
