import Foundation
import XCTest

/// A test of small studies: eight trainings of some tenths of a second.
class StudyTestCase: TrainingTestCase {
  static let study = """
    network:
      stages: [ds_r1_k3_s1_e1_c8_se0.25, ir_r2_k3_s2_e2_c16, ir_r2_k3_s2_e2_c24]
      stem: 8
      head: 32
      resolution: 16
      inputChannels: 1
    data:
      train: data/train-*.h5
      validation: data/validation-*.h5
      holdOut: 0.25
      mean: [0.5]
      deviation: [0.25]
    batch: {size: 8, microBatch: 2}
    training: {epochs: 20, seed: 3, logEverySteps: 5}
    schedule: {learningRate: 0.01, warmupEpochs: 1}
    checkpoint: {everyEpochs: 0, everySteps: 40}
    search: {seeds: 2, tolerance: 0.2, directions: [depth, width, even], freshSeeds: 2}

    """

  /// Writes the configuration and packs pictures.
  func prepareStudy() throws {
    try prepare()
    try write(Self.study, to: "study.yaml")
  }

  /// Arguments that do a study into `output`.
  func search(
    _ output: String, _ overrides: [String] = [], _ options: [String] = [],
    kind: String = "scaling"
  ) -> [String] {
    ["search", kind, "study.yaml", "--output", output] + overrides.flatMap { ["--set", $0] }
      + options
  }

  /// The hash of a study's results.
  func resultsHash(_ output: String) throws -> String {
    struct Results: Decodable { let resultsSHA256: String }
    let data = try Data(contentsOf: URL(fileURLWithPath: path("\(output)/results.json")))
    return try JSONDecoder().decode(Results.self, from: data).resultsSHA256
  }

  /// Lines of a study's ledger.
  func ledgerLines(_ output: String) -> Int {
    let bytes = try? Data(contentsOf: URL(fileURLWithPath: path("\(output)/ledger.jsonl")))
    return bytes?.count { $0 == UInt8(ascii: "\n") } ?? 0
  }
}
