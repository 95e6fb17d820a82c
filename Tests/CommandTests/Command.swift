import Foundation
import Hosts
import MPI

/// The `effnet` executable at work, alone or as the ranks of an `mpirun`.
///
/// Output goes to files, so that no pipe can fill up and stop the program.
final class Command {
  /// What a finished program leaves.
  struct Outcome {
    /// What a shell would call its exit code: 128 and the signal where a signal ended it.
    let exitCode: Int32
    let output: String
    let errors: String
    let seconds: Double

    /// The lines on standard error that are the program's own and not those of `mpirun`.
    var messages: [String] {
      // Open MPI 5 ends some of its lines with a zero byte.
      errors.split { $0 == "\n" || $0 == "\0" }.map(String.init).filter { $0.hasPrefix("effnet: ") }
    }
  }

  /// Why there is no outcome.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// What starts ranks: the `mpirun` of the library that the program was built with.
  static let mpirun = Result { try MPIRun(for: MPISession.libraryVersion) }

  /// The program that was built with the tests, or the one that `EFFNET_TEST_PROGRAM` names: that
  /// of an unpacked bundle.
  static let program =
    ProcessInfo.processInfo.environment["EFFNET_TEST_PROGRAM"].map { URL(fileURLWithPath: $0) }
    ?? Bundle.main.bundleURL.appending(path: "effnet")

  private let process = Process()
  private let mpirun: MPIRun?
  private let ended = DispatchSemaphore(value: 0)
  private let logs: URL
  private let start = Date()

  /// Starts the program.
  ///
  /// - Parameters:
  ///   - ranks: Ranks under `mpirun`; `nil` starts the program itself.
  ///   - wrapper: A command that ends by executing its arguments.
  ///   - folder: The folder to work in.
  init(
    _ arguments: [String], ranks: Int? = nil, wrapper: [String] = [], in folder: URL
  ) throws {
    let executable = Self.program.path
    guard FileManager.default.isExecutableFile(atPath: executable) else {
      throw Failure(description: "there is no program \(executable); build it before its tests")
    }
    logs = FileManager.default.temporaryDirectory.appending(path: "CommandLogs-\(UUID())")
    try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
    let mpirun = try ranks.map { _ in try Self.mpirun.get() }
    self.mpirun = mpirun
    let launcher =
      ranks.flatMap {
        mpirun?.command(
          ranks: $0, on: .here, isBound: false, isOversubscribing: true,
          .init(ranks: ranks, most: nil))
      } ?? []
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = launcher + wrapper + [executable] + arguments
    process.currentDirectoryURL = folder
    // Where other tests have started MPI in this process, its children would take themselves for
    // ranks of that job.
    process.environment = LaunchPlan.variables.filter { name, _ in
      !["OMPI_", "PMIX_", "ORTE_", "OPAL_", "PRTE_"].contains { name.hasPrefix($0) }
    }
    process.standardInput = FileHandle.nullDevice
    let (output, errors) = (try log("output"), try log("errors"))
    // A process that has ended lets go of neither, and MPI cannot start where a thousand files are
    // open.
    defer { for file in [output, errors] { try? file.close() } }
    process.standardOutput = output
    process.standardError = errors
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
  }

  deinit {
    if process.isRunning { end() }
    try? FileManager.default.removeItem(at: logs)
  }

  /// Waits for the end; a program that takes longer than `seconds` is killed.
  func outcome(within seconds: Double = 120) throws -> Outcome {
    guard ended.wait(timeout: .now() + seconds) == .success else {
      end()
      throw Failure(
        description: "\(process.arguments ?? []) did not end in \(seconds) s: \(text("errors"))")
    }
    let status = process.terminationStatus
    let code = process.terminationReason == .exit ? status : 128 + status
    return Outcome(
      exitCode: mpirun?.exitCode(code) ?? code,
      output: text("output"), errors: text("errors"), seconds: -start.timeIntervalSinceNow)
  }

  /// What it has written on standard error so far.
  var errors: String { text("errors") }

  /// Waits until `condition` holds, while the program runs.
  func run(until condition: () -> Bool, _ what: String) throws {
    let deadline = Date(timeIntervalSinceNow: 30)
    while true {
      // It may come true with the last that the program does.
      let isRunning = process.isRunning
      if condition() { return }
      guard isRunning, Date() < deadline else {
        throw Failure(description: "ended, or took 30 s, before \(what): \(text("errors"))")
      }
      Thread.sleep(forTimeInterval: 0.005)
    }
  }

  /// Sends a signal to the program, or to one rank of it.
  func signal(_ number: Int32, rank: Int? = nil) throws {
    let target = try rank.map(process(ofRank:)) ?? process.processIdentifier
    guard kill(target, number) == 0 else {
      throw Failure(
        description: "signal \(number) was not sent: \(String(cString: strerror(errno)))")
    }
  }

  /// Number of the process: the launcher's where there is one.
  var number: pid_t { process.processIdentifier }

  /// Number of a rank's process.
  func process(ofRank rank: Int) throws -> pid_t {
    let found = Self.descendants(of: process.processIdentifier).first { pid in
      let bytes = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/environ"))
      return bytes.flatMap { LaunchedRank.number(LaunchedRank.variables($0)) } == rank
    }
    guard let found else { throw Failure(description: "there is no rank \(rank)") }
    return found
  }

  /// Processes that one has started, and those that they have; launchers may have helpers that
  /// start the ranks.
  private static func descendants(of pid: pid_t) -> [pid_t] {
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
    let children = threads.flatMap { thread in
      ((try? String(contentsOfFile: "/proc/\(pid)/task/\(thread)/children", encoding: .utf8)) ?? "")
        .split(separator: " ").compactMap { pid_t($0) }
    }
    return children + children.flatMap(descendants)
  }

  private func end() {
    let own = process.processIdentifier
    for child in Self.descendants(of: own) + [own] { kill(child, SIGKILL) }
    // What it has started and left alone keeps it from looking ended.
    _ = ended.wait(timeout: .now() + 10)
  }

  private func log(_ name: String) throws -> FileHandle {
    let file = logs.appending(path: name)
    try Data().write(to: file)
    return try FileHandle(forWritingTo: file)
  }

  private func text(_ name: String) -> String {
    (try? String(contentsOf: logs.appending(path: name), encoding: .utf8)) ?? ""
  }
}
