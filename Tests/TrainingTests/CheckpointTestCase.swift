import Foundation
import Networks
import Training
import XCTest

/// A test of checkpoints in a folder: small states to write, and ways to look for them again.
class CheckpointTestCase: XCTestCase {
  private(set) var folder = ""

  override func setUpWithError() throws {
    folder = NSTemporaryDirectory() + "effnet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  override func tearDownWithError() throws {
    try FileManager.default.removeItem(atPath: folder)
  }

  /// A state of a network of few narrow blocks, with something in every arena.
  func state(
    width: Double = 0.25, stages: Int = 7, seed: UInt64, isAveraging: Bool = true
  ) throws -> ModelState {
    var architecture = Architecture(
      .v1, Coefficients(width: width, depth: 0.3, resolution: 32))
    architecture.stages = Array(architecture.stages.prefix(stages))
    architecture.classes = 3
    let state = try ModelState(
      table: architecture.parameterTable, seed: seed, isAveraging: isAveraging,
      usesMeanSquare: true)
    for arena in state.arenas {
      for tensor in arena.tensors { arena.buffer.start[tensor.offset] += 0.25 }
    }
    return state
  }

  /// Writes a state as a checkpoint of step 17, unless told otherwise.
  @discardableResult
  func write(
    _ state: ModelState, _ name: String = "checkpoint.h5", step: Int = 17,
    configuration: String = "text", classNames: [String] = ["a", "b", "ç"]
  ) throws -> String {
    let path = "\(folder)/\(name)"
    try Checkpoint(
      step: step, sampleCount: 40, configuration: configuration, classNames: classNames,
      mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25], dataSHA256: "d",
      stateSHA256: state.sha256
    ).write(state, to: path)
    return path
  }

  /// The step and the hash of what a run would go on from in the folder.
  func newest(like state: ModelState) throws -> (step: Int, sha256: String)? {
    let found = try RunFolder(folder).readNewest(into: state) { (_) throws(TrainingError) in }
    return found.checkpoint.map { ($0.step, state.sha256) }
  }
}
