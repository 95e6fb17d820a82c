import Boundary
import Foundation
import Networks
import Training

/// Checkpoints, sealed anew after they were changed.
struct CheckpointSurface: Surface {
  static let name = "checkpoint"
  let examples: [[UInt8]]
  private let place: String
  private let values: Range<Int>

  private static let configuration = """
    network: {width: 0.1, depth: 0.1, resolution: 32}
    data: {train: train-*.h5}
    batch: {size: 16, microBatch: 4}
    training: {epochs: 1}
    schedule: {kind: constant, learningRate: 0.01}
    optimizer: {kind: sgd}
    averaging: {decay: 0}

    """

  init(place: String) throws {
    self.place = place
    let configuration = try Configuration(yaml: Self.configuration)
    let architecture = Architecture(configuration.network, classes: 3)
    let state = try ModelState(
      table: architecture.parameterTable, seed: 1,
      isAveraging: configuration.averaging.decay > 0,
      usesMeanSquare: configuration.optimizer.kind == .rmsprop)
    try Checkpoint(
      step: 6, sampleCount: 40, configuration: configuration.yaml, classNames: ["a", "b", "c"],
      mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25], dataSHA256: "d",
      stateSHA256: state.sha256
    ).write(state, to: place)
    examples = [try RegularFile(place).contents(limit: .max)]
    values = try CheckpointSeal(verifying: RegularFile(place)) {}?.values ?? 0..<0
  }

  func kept(example: Int) -> Range<Int> { values }

  func seal(_ mutant: inout [UInt8], example: Int, _ random: inout Mutator) throws {
    guard mutant.count >= CheckpointSeal.byteCount else { return }
    try Data(mutant).write(to: URL(filePath: place))
    let range = values.clamped(to: CheckpointSeal.byteCount..<mutant.count)
    let seal = try CheckpointSeal(of: RegularFile(place), values: range) {}
    mutant.replaceSubrange(..<CheckpointSeal.byteCount, with: seal.block)
  }

  func feed(_ mutant: [UInt8]) throws {
    try Data(mutant).write(to: URL(filePath: place))
    let (checkpoint, configuration, state) = try Checkpoint.load(place)
    guard checkpoint.epoch(batchSize: configuration.batch.size).isFinite,
      state.sha256 == checkpoint.stateSHA256
    else { throw Violation(description: "step \(checkpoint.step) of another state") }
  }
}
