import Boundary
import Datasets
import Foundation
import MPI
import TestSupport
import Training
import XCTest

/// Two trainings at the same time in one job, each on ranks of its own; see `sharedWorld()`.
final class SeveralTrainingsTests: XCTestCase {
  /// Made by rank 0 for all.
  private var folder = ""

  override func setUpWithError() throws {
    let world = try sharedWorld()
    let own = world.rank == 0 ? NSTemporaryDirectory() + "effnet-\(UUID().uuidString)" : ""
    folder = String(decoding: try world.allGatherParts(Array(own.utf8))[0], as: UTF8.self)
    if world.rank == 0 {
      for name in ["whole", "damaged"] {
        _ = try Packer(validation: .count(0), isAsIs: true).pack(
          source, into: "\(folder)/\(name)")
      }
      try damage("\(folder)/damaged/train-00000-of-00001.h5")
    }
    try world.barrier()
  }

  override func tearDownWithError() throws {
    let world = try sharedWorld()
    try world.barrier()
    if world.rank == 0 { try FileManager.default.removeItem(atPath: folder) }
  }

  private let source = NoiseSource(count: 24)

  /// Changes a pixel of an image that another rank than 0 reads first, as others do.
  private func damage(_ path: String) throws {
    var file = try Data(contentsOf: URL(fileURLWithPath: path))
    let image = try XCTUnwrap(file.range(of: Data(source.bytes(ofImage: 17))))
    file[image.lowerBound + 5] ^= 1
    try file.write(to: URL(fileURLWithPath: path))
  }

  /// Two networks that have little in common.
  private func configuration(_ number: Int, _ overrides: [String] = []) throws -> Configuration {
    let first = """
      network: {width: 0.25, depth: 0.3, resolution: 32, inputChannels: 1}
      data: {train: whole, mean: [0.5], deviation: [0.25]}
      batch: {size: 8, microBatch: 2}
      training: {steps: 9, seed: 3, logEverySteps: 2}
      schedule: {learningRate: 0.01}
      checkpoint: {everySteps: 3}
      """
    let second = """
      network:
        stages: [er_r1_k3_s1_e2_c8, ir_r2_k5_s2_e3_c16_se0.25]
        stem: 8
        head: 24
        resolution: 24
        inputChannels: 1
        dropPath: 0.5
      data: {train: whole, mean: [0.5], deviation: [0.25]}
      batch: {size: 9, microBatch: 3}
      training: {epochs: 3, seed: 8, labelSmoothing: 0, progressiveStages: 2, firstResolution: 16}
      optimizer: {kind: sgd}
      schedule: {learningRate: 0.1, kind: cosine}
      averaging: {decay: 0}
      """
    return try Configuration(
      yaml: [first, second][number], folder: URL(fileURLWithPath: folder), overrides: overrides)
  }

  private func trainer(
    _ number: Int, _ overrides: [String] = [], on communicator: Communicator, in output: String
  ) throws -> Trainer {
    try Trainer(
      configuration(number, overrides), communicator: communicator,
      output: RunFolder("\(folder)/\(output)"), isResuming: false, observer: nil)
  }

  /// What each training comes to on one rank, with the others idle.
  private func hashesAlone() throws -> [String] {
    let world = try sharedWorld()
    let own = try XCTUnwrap(world.split(color: world.rank))
    let hashes = try (0..<2).map { number in
      guard world.rank == 0 else { return "" }
      let trainer = try trainer(number, on: own, in: "alone-\(number)")
      guard case .finished = try trainer.train() else { return "" }
      return trainer.state.sha256
    }
    return try hashes.map {
      String(decoding: try world.allGatherParts(Array($0.utf8))[0], as: UTF8.self)
    }
  }

  /// Calls `body` with every division of the ranks among the two trainings, and the number of this
  /// rank's. Each has a micro-batch for every rank.
  private func forEachDivision(
    _ body: (_ division: String, _ number: Int, Communicator) throws -> Void
  ) throws {
    let world = try sharedWorld()
    try XCTSkipIf(world.size == 1, "two trainings need two ranks")
    for first in 1..<world.size {
      let number = world.rank < first ? 0 : 1
      let group = try XCTUnwrap(world.split(color: number))
      try body("\(first)+\(world.size - first)", number, group)
      try world.barrier()
    }
  }

  func testEachEndsWithTheBitsThatItHasAlone() throws {
    let alone = try hashesAlone()
    try forEachDivision { division, number, group in
      let trainer = try trainer(number, on: group, in: "\(division)-\(number)")
      guard case .finished = try trainer.train() else { return XCTFail("stopped") }
      XCTAssertEqual(trainer.state.sha256, alone[number], division)
      XCTAssertEqual(trainer.state.step, 9)
    }
  }

  /// Has the first training fail, and the second go to its end.
  private func check(
    _ kind: FaultKind, _ part: String, _ overrides: [String] = [], _ name: String = #function,
    disturb: (Trainer, Communicator) -> Void = { _, _ in }, mend: () -> Void = {}
  ) throws {
    let alone = try hashesAlone()
    try forEachDivision { division, number, group in
      let output = "\(name.prefix { $0 != "(" })-\(division)-\(number)"
      let trainer = try trainer(number, number == 0 ? overrides : [], on: group, in: output)
      guard number == 0 else {
        guard case .finished = try trainer.train() else { return XCTFail("stopped") }
        return XCTAssertEqual(trainer.state.sha256, alone[1], division)
      }
      disturb(trainer, group)
      defer { mend() }
      XCTAssertThrowsError(try trainer.train(), division) {
        let error = $0 as? TrainingError
        XCTAssertEqual(error?.faultKind, kind, division)
        XCTAssertEqual(error?.isShared, true, division)
        if group.rank == 0 {
          XCTAssertTrue("\($0)".contains(part), "\(division): \($0)")
        }
      }
    }
  }

  func testALossThatIsNoNumberLeavesTheOther() throws {
    try check(.numeric, "the loss of step 1 is not a finite number") { trainer, _ in
      trainer.state.weights.values.update(repeating: .nan)
    }
  }

  func testADamagedShardLeavesTheOther() throws {
    try check(.data, "image 17", ["data.train=\(folder)/damaged"])
  }

  func testADiskThatIsFullLeavesTheOther() throws {
    // As good as full: no file of the process may grow beyond some bytes.
    var before = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    XCTAssertEqual(getrlimit(resource, &before), 0)
    signal(SIGXFSZ, SIG_IGN)
    try check(.output, "cannot be written") { _, group in
      guard group.rank == 0 else { return }
      var small = before
      small.rlim_cur = 1_000
      XCTAssertEqual(setrlimit(resource, &small), 0)
    } mend: {
      setrlimit(resource, &before)
    }
  }
}
