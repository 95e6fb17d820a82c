import Foundation
import HDF5
import Tensors
import XCTest

/// A test of small runs: a few made-up pictures, and a network of seven narrow blocks.
class TrainingTestCase: CommandTestCase {
  static let trainingShard = "data/train-00000-of-00001.h5"
  static let validationShard = "data/validation-00000-of-00001.h5"
  static let validationCount = 9

  /// Eight micro-batches, everything random switched on, a line in the log each step.
  static let configuration = """
    network:
      width: 0.25
      depth: 0.3
      resolution: 32
      inputChannels: 1
      dropout: 0.2
      dropPath: 0.2
    data:
      train: data/train-*.h5
      validation: data/validation-*.h5
      mean: [0.5]
      deviation: [0.25]
      shift: 0.1
      rotation: 15
      scale: 0.1
      flip: true
    batch:
      size: 16
      microBatch: 2
    training:
      steps: 8
      logEverySteps: 1
      evaluateEveryEpochs: 0
    schedule:
      kind: constant
      learningRate: 0.01
    averaging:
      decay: 0.99
    checkpoint:
      everyEpochs: 0

    """

  /// Writes the configuration and packs pictures, `count` of them to train with.
  func prepare(trainingImages count: Int = 60, classes: Int = 3) throws {
    try write(Self.configuration, to: "small.yaml")
    try writeImages(count: count + Self.validationCount, to: "source.h5", classes: classes)
    try succeed(["pack", "source.h5", "data", "--validation", "\(Self.validationCount)"])
  }

  /// Writes pictures of 12 × 12 noise, brighter the higher the class.
  func writeImages(count: Int, to name: String, classes: Int = 3) throws {
    var random = CounterRandom(seed: 1, purpose: .synthetic)
    let labels = (0..<count).map { Int32($0 % classes) }
    let pixels = labels.flatMap { label in
      (0..<144).map { _ in UInt8(min(60 * Double(label), 120) + 130 * random.uniform()) }
    }
    let file = try HDF5File(creating: path(name))
    try file.write(pixels, to: "images", shape: [count, 12, 12, 1])
    try file.write(labels, to: "labels", shape: [count])
    try file.close()
  }

  /// Arguments that train into `output`.
  func train(_ output: String, _ overrides: [String] = [], _ options: [String] = []) -> [String] {
    ["train", "small.yaml", "--output", output] + overrides.flatMap { ["--set", $0] } + options
  }

  /// Trains into `output` and returns the hash of the final state.
  func hash(
    _ output: String, _ overrides: [String] = [], _ options: [String] = [], ranks: Int? = nil,
    line: UInt = #line
  ) throws -> String {
    try succeed(train(output, overrides, options), ranks: ranks, line: line)
    return try summary(output).stateSHA256
  }

  /// What `summary.json` tells.
  struct Summary: Decodable {
    let step, ranks: Int
    let top1: Double?
    let stateSHA256: String
  }

  func summary(_ output: String) throws -> Summary {
    let data = try Data(contentsOf: URL(fileURLWithPath: path("\(output)/summary.json")))
    return try JSONDecoder().decode(Summary.self, from: data)
  }

  /// A line of `log.jsonl`: of a step or of an evaluation.
  private struct Entry: Decodable {
    let step: Int
    let loss: Double?
    let validationLoss: Double?
  }

  private func entries(_ output: String) throws -> [Entry] {
    let text = try String(contentsOfFile: path("\(output)/log.jsonl"), encoding: .utf8)
    return try text.split(separator: "\n").map {
      try JSONDecoder().decode(Entry.self, from: Data($0.utf8))
    }
  }

  /// The logged steps.
  func loggedSteps(_ output: String) throws -> [Int] {
    try entries(output).filter { $0.loss != nil }.map(\.step)
  }

  /// The logged evaluations: the steps before them, and their losses.
  func loggedEvaluations(_ output: String) throws -> [(step: Int, loss: Double)] {
    try entries(output).compactMap { entry in entry.validationLoss.map { (entry.step, $0) } }
  }

  /// The checkpoints and their unfinished parts.
  func checkpoints(_ output: String) -> [String] {
    (files(output) ?? []).filter { $0.hasPrefix("checkpoint") }
  }
}
