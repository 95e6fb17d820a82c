import Datasets
import Foundation
import MPI
import Networks
import Studies
import TestSupport
import Training
import XCTest

/// A test of small studies: images of noise, and a base of three stages.
class StudyCase: XCTestCase {
  /// Made by rank 0 for all.
  private(set) var folder = ""

  override func setUpWithError() throws {
    let world = try sharedWorld()
    let own = world.rank == 0 ? NSTemporaryDirectory() + "effnet-\(UUID().uuidString)" : ""
    folder = String(decoding: try world.allGatherParts(Array(own.utf8))[0], as: UTF8.self)
    if world.rank == 0 {
      for (name, count) in [("train", Self.trainingCount), ("validation", Self.validationCount)] {
        _ = try Packer(validation: .count(0), isAsIs: true).pack(
          NoiseSource(count: count), into: "\(folder)/\(name)")
      }
    }
    try world.barrier()
  }

  override func tearDownWithError() throws {
    let world = try sharedWorld()
    try world.barrier()
    if world.rank == 0 { try FileManager.default.removeItem(atPath: folder) }
  }

  static let trainingCount = 40
  /// Images of the validation data.
  class var validationCount: Int { 30 }

  /// A study of networks that train in milliseconds.
  class var yaml: String {
    """
    network:
      stages: [ds_r1_k3_s1_e1_c16_se0.25, ir_r2_k3_s2_e2_c24, ir_r2_k3_s2_e2_c40]
      stem: 16
      head: 64
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
    checkpoint: {everyEpochs: 0}
    search:
      seeds: 2
      freshSeeds: 3
      tolerance: 0.2
      directions: [depth, width, resolution, even]
      divisions: 2
      unselected: 2
    halving: {epochs: [1, 3]}
    evolution: {individuals: 10, population: 4, sample: 2, parallel: 3, epochs: 2}
    space: {bounds: [0.5, 2]}

    """
  }

  func configuration(_ overrides: [String] = []) throws -> StudyConfiguration {
    try StudyConfiguration(
      yaml: Self.yaml, folder: URL(fileURLWithPath: folder), overrides: overrides)
  }

  func study(
    _ kind: StudyKind, _ overrides: [String] = [], _ ledger: Ledger = Ledger()
  ) throws -> Study {
    try Study(kind, configuration(overrides), ledger)
  }

  /// A number from 0 to 1 that a job always has, and that looks drawn by lot.
  static func lot(_ job: Job) -> Double {
    let hash = "\(job.trial.identity) \(job.epochs)".utf8.reduce(UInt64(14_695_981_039_346_656_037))
    {
      ($0 ^ UInt64($1)) &* 1_099_511_628_211
    }
    return Double(hash >> 40) / Double(1 << 24)
  }

  /// A result that a job always has.
  func madeUp(_ job: Job, of study: Study) -> LedgerEntry {
    let count = study.measuredImages(job)
    return LedgerEntry(madeUp: job, correct: Int(Self.lot(job) * Double(count)), of: count)
  }
}

extension Evolution {
  /// All individuals that are known by what is in a ledger, in their order.
  func individuals(_ ledger: Ledger) throws -> [Individual] {
    var lineage = Lineage()
    try extend(&lineage, by: ledger)
    return lineage.individuals
  }
}
