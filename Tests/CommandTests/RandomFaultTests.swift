import Foundation
import XCTest

/// Faults at random moments: each run ends as it should, and once the fault is gone it is finished
/// with the bits of the undisturbed one.
///
/// Everything about a trial follows from its seed. `EFFNET_FAULT_SEEDS=1-100` makes others than the
/// few of every day, and `EFFNET_FAULT_HISTORY=FILE` adds a line of JSON for each of them, as in
/// `Faults/history.jsonl`; `EFFNET_TEST_PROGRAM=FOLDER/bin/effnet` makes them with an unpacked
/// bundle.
final class RandomFaultTests: TrainingTestCase {
  /// A file size limit, a stopped rank, a link that is cut, a rank that is killed.
  private static let usualSeeds = [5, 19, 21, 24]

  /// `1-3,7` or nothing.
  private func seeds(_ text: String) throws -> [Int] {
    try text.split(separator: ",").flatMap { part in
      let ends = try part.split(separator: "-").map { try XCTUnwrap(Int($0), "seeds \(text)") }
      return Array(try XCTUnwrap(ends.first)...(try XCTUnwrap(ends.last)))
    }
  }

  private var undisturbedRuns: [[String]: (hash: String, checkpoint: Int)] = [:]

  /// The final state of a run that nothing befalls, and the bytes of its checkpoint.
  private func undisturbed(_ settings: [String]) throws -> (hash: String, checkpoint: Int) {
    if let run = undisturbedRuns[settings] { return run }
    let output = "undisturbed\(undisturbedRuns.count)"
    // On a busy machine it says that it waits for checkpoints.
    let outcome = try effnet(train(output, settings), ranks: 2)
    XCTAssertEqual(outcome.exitCode, 0, outcome.errors)
    let hash = try summary(output).stateSHA256
    let checkpoint = try XCTUnwrap(checkpoints(output).last)
    let size = try Data(contentsOf: folder.appending(path: "\(output)/\(checkpoint)")).count
    undisturbedRuns[settings] = (hash, size)
    return (hash, size)
  }

  func testRunsEndAsTheyShouldAndGoOnWithTheSameBits() throws {
    let environment = ProcessInfo.processInfo.environment
    let seeds = try environment["EFFNET_FAULT_SEEDS"].map(seeds) ?? Self.usualSeeds
    try prepare()
    for seed in seeds {
      let plan = FaultPlan(seed: seed)
      let (expected, size) = try undisturbed(plan.settings)
      let trial = FaultTrial(plan, in: self, expecting: expected, checkpoint: size)
      if let obstacle = trial.obstacle {
        print("seed \(seed): left out, \(obstacle)")
        continue
      }
      let record = try trial.run()
      XCTAssertEqual(record.problems, [], record.line)
      guard let history = environment["EFFNET_FAULT_HISTORY"] else { continue }
      print(record.line)
      let file = open(history, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
      defer { close(file) }
      let line = Data((record.line + "\n").utf8)
      XCTAssertEqual(
        line.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }, line.count)
    }
  }
}
