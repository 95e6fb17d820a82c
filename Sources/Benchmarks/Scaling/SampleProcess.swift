package import Boundary
import Foundation
import Hosts
import Training

/// A job of its own that measures a ``ScalingSample`` and prints it.
///
/// Output goes to files: no pipe can fill up and stop the job.
package final class SampleProcess {
  /// A job that did not measure.
  package struct Failure: Fault {
    package let faultKind: FaultKind
    package let description: String
  }

  private let process = Process()
  private let folder: TemporaryFolder

  /// Starts a job.
  ///
  /// - Parameters:
  ///   - mpirun: What starts it.
  ///   - arguments: Of `effnet benchmark sample`.
  ///   - hostFile: Host file for mpirun; nil for this host, or those of a Slurm allocation.
  init(
    _ mpirun: MPIRun, ranks: Int, _ arguments: [String], hostFile: String?,
    isOversubscribing: Bool
  ) throws {
    folder = try TemporaryFolder("effnet-scaling")
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Independent jobs that mpirun binds would all take the first processor.
    process.arguments =
      try LaunchPlan.measuring(
        ranks: ranks, hostFile: hostFile, isOversubscribing: isOversubscribing, by: mpirun,
        .init())
      + [OwnProgram.path, "benchmark", "sample"] + arguments
    process.environment = LaunchPlan.variables
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try file("output")
    process.standardError = try file("errors")
    do { try process.run() } catch {
      throw Failure(
        faultKind: .usage, description: "mpirun cannot be started: \(error.systemReason)")
    }
  }

  deinit { end() }

  private func file(_ name: String) throws -> FileHandle {
    let file = folder.url.appending(path: name)
    do {
      try Data().write(to: file)
      return try FileHandle(forWritingTo: file)
    } catch {
      throw Failure(
        faultKind: .output,
        description: "\(file.path) cannot be written: \(error.systemReason); choose another TMPDIR")
    }
  }

  /// Waits for the end.
  ///
  /// - Throws: ``Failure`` of the job, and `Interruption` when a signal came.
  func sample() throws -> ScalingSample {
    while process.isRunning {
      try Interruption.ofBenchmark()
      Thread.sleep(forTimeInterval: 0.01)
    }
    if process.terminationStatus == 0,
      let output = try? Data(contentsOf: folder.url.appending(path: "output")),
      let sample = try? JSONDecoder().decode(ScalingSample.self, from: output)
    {
      return sample
    }
    throw failure
  }

  /// Makes sure that a job that is to compute beside another still does.
  ///
  /// - Throws: ``Failure`` of the job where it has ended.
  func requireRunning() throws {
    guard process.isRunning else { throw failure }
  }

  /// Why the job has ended without a sample.
  private var failure: Failure {
    let errors = String(
      decoding: (try? Data(contentsOf: folder.url.appending(path: "errors"))) ?? Data(),
      as: UTF8.self
    ).split(separator: "\n").map(String.init)
    let own = errors.first { $0.hasPrefix("effnet: ") }?.dropFirst("effnet: ".count)
    let reason =
      own.map(String.init) ?? errors.first { $0.contains { $0.isLetter } } ?? "it told no reason"
    let status = process.terminationStatus
    // A launcher returns the signal that a rank died of above 128.
    let isKilled = process.terminationReason == .uncaughtSignal || (129...192).contains(status)
    let told = own.flatMap { _ in FaultKind(rawValue: status) }
    return Failure(
      faultKind: told ?? (isKilled ? .rankLost : .usage),
      description: "\((process.arguments ?? []).joined(separator: " ")) failed: \(reason)")
  }

  /// Ends the job, and waits until it has ended.
  func end() {
    guard process.isRunning else { return }
    process.terminate()
    let deadline = MonotonicTime.seconds + 10
    while process.isRunning && MonotonicTime.seconds < deadline {
      Thread.sleep(forTimeInterval: 0.01)
    }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }
}
