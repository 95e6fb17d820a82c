import Datasets
import Foundation
import MPI
import TestSupport
import Training
import XCTest

/// Training without the held-out images on all ranks of the test process; see `sharedWorld()`.
final class HeldOutTrainingTests: XCTestCase {
  /// Made by rank 0 for all.
  private var folder = ""

  override func setUpWithError() throws {
    let world = try sharedWorld()
    let own = world.rank == 0 ? NSTemporaryDirectory() + "effnet-\(UUID().uuidString)" : ""
    folder = String(decoding: try world.allGatherParts(Array(own.utf8))[0], as: UTF8.self)
    if world.rank == 0 {
      _ = try Packer(validation: .count(0), isAsIs: true).pack(
        NoiseSource(count: 40), into: "\(folder)/data")
    }
    try world.barrier()
  }

  override func tearDownWithError() throws {
    let world = try sharedWorld()
    try world.barrier()
    if world.rank == 0 { try FileManager.default.removeItem(atPath: folder) }
  }

  private func configuration(_ overrides: [String] = []) throws -> Configuration {
    try Configuration(
      yaml: """
        network: {width: 0.25, depth: 0.3, resolution: 32, inputChannels: 1}
        data: {train: data, holdOut: 0.3, validateOn: heldOut, mean: [0.5], deviation: [0.25]}
        batch: {size: 8, microBatch: 2}
        training: {steps: 6, seed: 3, evaluateEveryEpochs: 0}
        schedule: {learningRate: 0.01}
        """, folder: URL(fileURLWithPath: folder), overrides: overrides)
  }

  /// What a training comes to, and how its checkpoint does on the held-out images.
  private func result(
    _ output: String, on communicator: Communicator
  ) throws -> (state: String, evaluation: Evaluation) {
    let output = "\(folder)/\(output)"
    let trainer = try Trainer(
      configuration(), communicator: communicator, output: RunFolder(output),
      isResuming: false, observer: nil)
    guard case .finished = try trainer.train() else { throw CancellationError() }
    try communicator.barrier()
    return (
      trainer.state.sha256,
      try Evaluation(
        checkpoint: "\(output)/checkpoint-00000006.h5", data: nil, communicator: communicator)
    )
  }

  func testAnyNumberOfRanksTrainsAndEvaluatesTheSameParts() throws {
    let world = try sharedWorld()
    let own = try XCTUnwrap(world.split(color: world.rank))
    let alone = try result("alone-\(world.rank)", on: own)
    let together = try result("together", on: world)
    XCTAssertEqual(together.state, alone.state)
    XCTAssertEqual(together.evaluation.count, 12)
    XCTAssertEqual(together.evaluation.loss.bitPattern, alone.evaluation.loss.bitPattern)
    XCTAssertEqual(together.evaluation.correctness, alone.evaluation.correctness)
  }

  func testEverySeedHoldsOutTheSameImages() throws {
    let feeds = try (1...3).map { try DataFeed(configuration(["training.seed=\($0)"])) }
    for part in [feeds.map(\.training), feeds.compactMap(\.validation)] {
      XCTAssertEqual(part.count, 3)
      XCTAssertEqual(Set(part.map(\.dataset.sha256)).count, 1)
    }
    XCTAssertEqual(feeds[0].training.dataset.count, 28)
    XCTAssertEqual(feeds[0].validation?.dataset.count, 12)
  }

  func testNothingHeldOutIsTheWholeData() throws {
    let feed = try DataFeed(configuration(["data.holdOut=0", "data.validateOn=null"]))
    let whole = try Dataset(["\(folder)/data"], relativeTo: "")
    XCTAssertEqual(feed.training.dataset.sha256, whole.sha256)
    XCTAssertEqual(feed.training.dataset.count, 40)
    XCTAssertNil(feed.validation)
  }
}
