import Foundation
import MPI
import Studies
import Supervision
import TestSupport
import Training
import XCTest

/// A test of studies that are done on the ranks of the test, see `sharedWorld()`.
class StudyRunCase: StudyCase {
  /// Settings of a study of about ten trainings.
  func small(_ kind: StudyKind) -> [String] {
    let short = ["training.epochs=3", "halving.epochs=[1]", "evolution.epochs=1"]
    return short
      + (kind == .scaling
        ? ["search.directions=[depth, even]"]
        : [
          "search.seeds=1", "search.freshSeeds=1", "search.confirmed=1", "search.finalists=2",
          "search.directions=[even]", "search.divisions=1", "search.unselected=1",
          "evolution.individuals=6", "evolution.population=3",
        ])
  }

  /// Does a study on a communicator's ranks, all of which call this.
  ///
  /// - Parameters:
  ///   - output: Its folder, within that of the test.
  ///   - change: Sets options.
  func run(
    _ kind: StudyKind, _ overrides: [String] = [], on ranks: Communicator, in output: String,
    _ observer: (any StudyObserver)? = nil, _ change: (inout StudyRun.Options) -> Void = { _ in }
  ) throws -> Trainer.Outcome {
    let folder = StudyFolder("\(folder)/\(output)")
    let watch = try Watch.start(
      over: ranks, deadline: 0, folder: folder.path,
      outlet: WatchOutlet {
        print($0)
      } exit: { _ in
      })
    defer { watch.end(.done) }
    var options = StudyRun.Options()
    change(&options)
    return try StudyRun(
      kind, configuration(overrides), folder, ranks, watch, options,
      ranks.rank == 0 ? observer : nil
    ).run()
  }

  /// Does a study to its end, and returns the hash of its results.
  func hash(
    _ kind: StudyKind, _ overrides: [String] = [], on ranks: Communicator, in output: String,
    _ change: (inout StudyRun.Options) -> Void = { _ in }
  ) throws -> String {
    guard case .finished = try run(kind, overrides, on: ranks, in: output, nil, change) else {
      throw Failure(description: "\(output) was stopped")
    }
    // What rank 0 has written, the others read from it.
    let own = ranks.rank == 0 ? try results(output).resultsSHA256 : ""
    return String(decoding: try ranks.allGatherParts(Array(own.utf8))[0], as: UTF8.self)
  }

  // Unsafe is safe here: XCTest runs tests on the main thread.
  nonisolated(unsafe) private static var knownHashes: [String: String] = [:]

  /// What a study on rank 0 alone comes to, while the others wait.
  func hashAlone(_ kind: StudyKind, _ overrides: [String] = []) throws -> String {
    let key = "\(kind) \(overrides)"
    if let known = Self.knownHashes[key] { return known }
    let world = try sharedWorld()
    let own = try XCTUnwrap(world.split(color: world.rank))
    let hash =
      world.rank == 0 ? try hash(kind, overrides, on: own, in: "alone-\(kind)-\(UUID())") : ""
    let common = String(
      decoding: try world.allGatherParts(Array(hash.utf8))[0], as: UTF8.self)
    Self.knownHashes[key] = common
    return common
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// A part of `results.json`.
  struct Results: Decodable {
    struct Scope: Decodable {
      let jobs, done, diverged: Int
    }

    let resultsSHA256: String
    let scope: Scope
  }

  func results(_ output: String) throws -> Results {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(output)/results.json"))
    return try JSONDecoder().decode(Results.self, from: data)
  }
}
