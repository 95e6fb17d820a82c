import Boundary
import Foundation
import Hosts
import Supervision

/// Ranks that look at work and leave nothing in its folder.
struct UnrecordedJob {
  private let plan: LaunchPlan
  /// What each of them executes.
  private let program: [String]

  init(_ program: [String], _ plan: LaunchPlan) {
    self.program = program
    self.plan = plan
  }

  /// How they ended.
  struct End {
    /// Exit code of the launcher.
    let status: Int32
    /// Whether the launcher did not end by itself.
    let wasEnded: Bool
    /// Signal that the launcher itself died of.
    let fatalSignal: Int32?
    /// What the ranks have agreed on, if they have.
    let code: Int32?
    /// Signal that asked to stop.
    let stop: Int32?
  }

  /// Shows what is started.
  func show() { plan.show(program) }

  /// Starts the ranks and waits for their end.
  ///
  /// - Parameter seconds: What that may take; `nil` for any time.
  func run(within seconds: Double? = nil) throws -> End {
    // Where rank 0 does not see the folder, it ends with its code.
    let scratch = FileManager.default.temporaryDirectory.appending(path: "effnet-\(UUID())")
    try? FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let endingFile = EndingFile(path: scratch.appending(path: "ending").path)
    let process = try JobProcess(
      plan.launcher + endingFile.words() + program, environment: LaunchPlan.variables)
    let status = process.end(
      wantsStop: { StopSignal.pending != nil },
      // MPICH's ranks may wait for each other for ever when they end MPI.
      hasGivenUp: { endingFile.code != nil },
      deadline: seconds.map { MonotonicTime.seconds + $0 })
    return End(
      status: plan.exitCode(status), wasEnded: process.wasEnded, fatalSignal: process.fatalSignal,
      code: endingFile.code, stop: StopSignal.pending)
  }
}
