import Foundation
import Studies
import Training
import XCTest

/// A test of what small studies hand on, whose results are made up.
class WinnerCase: StudyCase {
  /// What all trainings have come to.
  let stateSHA256 = String(repeating: "5e", count: 32)

  override class var yaml: String {
    """
    network:
      stages: [ds_r1_k3_s1_e1_c8_se0.25, ir_r2_k3_s2_e2_c16, ir_r2_k5_s1_e2_c24]
      stem: 8
      head: 32
      resolution: 16
      inputChannels: 1
    data:
      train: train
      validation: validation
      holdOut: 0.25
      mean: [0.5]
      deviation: [0.25]
    batch: {size: 8, microBatch: 2}
    training: {epochs: 6, seed: 3}
    schedule: {learningRate: 0.01, warmupEpochs: 1}
    search:
      seeds: 2
      freshSeeds: 3
      tolerance: 0.2
      directions: [depth, width, resolution]
      divisions: 1
      unselected: 0
    halving: {epochs: [1, 3]}
    evolution: {individuals: 6, population: 4, sample: 2, parallel: 3, epochs: 2}
    space: {bounds: [0.5, 2]}

    """
  }

  /// A study all of whose jobs are done.
  func doneStudy(_ kind: StudyKind, _ overrides: [String] = []) throws -> Study {
    let study = try study(kind, overrides)
    while let job = try study.jobs().first(where: { !study.ledger.has($0) }) {
      study.add(try entry(job, study))
    }
    return study
  }

  /// Deeper networks than that have no image right: families that grow in depth alone take seconds
  /// to solve for.
  private let deepest = 8

  /// A result with as many images right as the training's identity tells.
  private func entry(_ job: Job, _ study: Study) throws -> LedgerEntry {
    let count = study.measuredImages(job)
    let isDeep = job.trial.network.depth > deepest
    let correct = isDeep ? 0 : 1 + job.trial.identity.utf8.reduce(0) { ($0 * 31 + Int($1)) % 7 }
    var hits = [UInt8](repeating: 0, count: (count + 7) / 8)
    for image in 0..<correct { hits[image / 8] |= 1 << (image % 8) }
    let json = """
      {"identity": "\(job.trial.identity)", "epochs": \(job.epochs), "end": "done", "images": 30,
      "correct": \(correct), "count": \(count), "loss": 1, "stateSHA256": "\(stateSHA256)",
      "hits": "\(Data(hits).base64EncodedString())"}
      """
    return try JSONDecoder().decode(LedgerEntry.self, from: Data(json.utf8))
  }

  /// Writes files into the folder.
  func write(_ files: [WinnerFiles.File]) throws {
    for file in files {
      let url = URL(fileURLWithPath: "\(folder)/\(file.name)")
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try file.text.write(to: url, atomically: true, encoding: .utf8)
    }
  }
}
