import Foundation
import MPI
import XCTest

/// Runs that lose a rank, or whose rank gets no further.
final class SupervisionTests: TrainingTestCase {
  /// What a lost or stuck rank leaves.
  private struct Verdict: Decodable {
    let code, rank, pid, step: Int
    let message, host, phase: String
    let unreachable: Bool
  }

  /// Seconds in which a loss must have been told and all processes have ended.
  private static let lossLimit = 5.0
  private static let deadline = 3.0
  /// Seconds in which a stop must have been told. The deadline is counted in time awake, of which a
  /// watch may have a third only on a machine that is busy with other things as well. A run that
  /// does not heed its configuration takes the usual 60 s.
  private static let stopLimit = 3 * deadline + lossLimit
  /// For mpirun to end the others, on a machine that is busy with other things as well.
  private static let slack = 10.0

  /// Trains on some ranks, sends a signal to one of them, and checks what is said and left.
  private func assertTold(
    _ signal: Int32, rank: Int, of ranks: Int, within seconds: Double, code: Int, mpirun: [Int32],
    _ part: String, line: UInt = #line
  ) throws {
    let output = "run \(signal) \(rank)"
    let command = try start(
      train(output, ["training.steps=100000", "supervision.deadline=\(Self.deadline)"]),
      ranks: ranks)
    try command.run(
      until: { ((try? loggedSteps(output)) ?? []).contains(3) }, "step 3 was logged")
    let processes = try (0..<ranks).map { try command.process(ofRank: $0) }
    let start = Date()
    try command.signal(signal, rank: rank)
    let verdictPath = path("\(output)/ranks/verdict.json")
    try command.run(
      until: { FileManager.default.fileExists(atPath: verdictPath) }, "a verdict")
    XCTAssertLessThan(-start.timeIntervalSinceNow, seconds, line: line)
    let outcome = try command.outcome(within: Self.slack)
    XCTAssertTrue(mpirun.contains(outcome.exitCode), "\(outcome.exitCode)", line: line)

    let verdict = try JSONDecoder().decode(
      Verdict.self, from: Data(contentsOf: URL(fileURLWithPath: verdictPath)))
    // Open MPI 5 has a stopped rank go on and end: it hears of both before it hears of the verdict.
    let messages = outcome.messages.filter { !$0.hasPrefix("effnet: SIGTERM: saving, unless") }
    XCTAssertEqual(messages, ["effnet: \(verdict.message)"], line: line)
    let name = "rank \(rank) (pid \(processes[rank]) on host \(ProcessInfo.processInfo.hostName))"
    for part in [name, part, "in step \(verdict.step), \(verdict.phase)", "--resume"] {
      XCTAssertTrue(verdict.message.contains(part), "\(part) in \(verdict.message)", line: line)
    }
    XCTAssertEqual([verdict.code, verdict.rank], [code, rank], line: line)
    XCTAssertEqual(verdict.pid, Int(processes[rank]), line: line)
    XCTAssertFalse(verdict.unreachable, line: line)
    for process in processes {
      // Whoever has ended has no arguments, even where nobody asks how.
      let arguments = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/cmdline"))
      XCTAssertEqual(arguments ?? Data(), Data(), "\(process) is left behind", line: line)
    }
    let logs = try (0..<ranks).map {
      try String(contentsOfFile: path("\(output)/ranks/\($0).log"), encoding: .utf8)
    }
    XCTAssertEqual(
      logs.filter { $0.contains("ended all ranks with code \(code): \(verdict.message)") }.count, 1,
      line: line)
    XCTAssertTrue(logs.allSatisfy { $0.contains("of \(ranks) on host") }, line: line)
  }

  func testALostRankIsTold() throws {
    try prepare()
    for (rank, ranks) in [(1, 3), (0, 2)] {
      // mpirun returns what ended first as it sees it: the signal, or the rank that told of it.
      try assertTold(
        SIGKILL, rank: rank, of: ranks, within: Self.lossLimit, code: 4, mpirun: [137, 4],
        "was lost")
    }
  }

  func testAStoppedRankIsTold() throws {
    try prepare()
    for (rank, ranks) in [(1, 2), (0, 3)] {
      try assertTold(
        SIGSTOP, rank: rank, of: ranks, within: Self.stopLimit, code: 5,
        // MPICH's has to kill the rank, and tells of that.
        mpirun: Command.mpirun.get().family == .hydra ? [5, 137] : [5], "is stuck")
    }
  }

  func testAnOldVerdictIsRemoved() throws {
    try prepare()
    try FileManager.default.createDirectory(
      atPath: path("run/ranks"), withIntermediateDirectories: true)
    try write("old", to: "run/ranks/verdict.json")
    try succeed(train("run"), ranks: 2)
    XCTAssertEqual(files("run/ranks"), ["0.log", "1.log"])
  }

  func testTheSlowestRankIsLogged() throws {
    struct Line: Decodable {
      let slowestRank: Int?
      let slowestHost: String?
      let slowestRankExcess, longestWaiting: Double?
    }
    try prepare()
    try succeed(train("run", ["training.steps=2"]), ranks: 2)
    let text = try String(contentsOfFile: path("run/log.jsonl"), encoding: .utf8)
    let first = try XCTUnwrap(text.split(separator: "\n").first)
    let line = try JSONDecoder().decode(Line.self, from: Data(first.utf8))
    XCTAssertTrue([0, 1].contains(line.slowestRank))
    XCTAssertEqual(line.slowestHost, ProcessInfo.processInfo.hostName)
    XCTAssertGreaterThanOrEqual(try XCTUnwrap(line.slowestRankExcess), 0)
    XCTAssertTrue((0...1).contains(try XCTUnwrap(line.longestWaiting)))
  }

  func testSeparateWorldsAreRefusedOnce() throws {
    try prepare()
    let slurm = ["SLURM_STEP_ID=0", "SLURM_STEP_NUM_TASKS=4", "SLURM_NTASKS=4"]
    let cases: [(environment: [String], parts: [String]?)] = [
      (slurm + ["SLURM_PROCID=0"], ["srun started 4 processes", "--mpi=pmix"]),
      (slurm + ["SLURM_PROCID=3"], []),
      (["PMI_SIZE=2", "PMI_RANK=0"], ["mpirun started 2", MPISession.libraryVersion]),
      // A batch script, which is one process of an allocation for four.
      (["SLURM_JOB_ID=7", "SLURM_NTASKS=4", "SLURM_PROCID=0"], nil),
    ]
    for (number, (environment, parts)) in cases.enumerated() {
      let outcome = try effnet(
        train("run \(number)", ["training.steps=1"]), wrapper: ["env"] + environment)
      XCTAssertEqual(outcome.exitCode, parts == nil ? 0 : 2, outcome.errors)
      XCTAssertEqual(outcome.messages.count, parts?.isEmpty == false ? 1 : 0, outcome.errors)
      for part in parts ?? [] {
        XCTAssertTrue(outcome.errors.contains(part), "\(part) in \(outcome.errors)")
      }
    }
  }
}
