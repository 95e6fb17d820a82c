import Boundary
import Foundation
import Hosts
import Supervision

/// Starts `effnet doctor` as the work would be started; it has a deadline, because an MPI that cannot
/// connect waits for ever.
struct DoctorLaunch {
  private let plan: LaunchPlan
  private let program: [String]

  /// - Parameter ranks: As many as are asked for; `nil` for one a core.
  init(for work: any LaunchedWork, on place: LaunchPlace, ranks: Int?) throws {
    plan = try place.plan(ranks: ranks, most: work.mostRanks, silence: .examined)
    program =
      [OwnProgram.path, "doctor"] + work.examination
      + place.problems.flatMap { ["--problem", $0] }
  }

  /// Shows what is started.
  func show() { plan.show(program) }

  /// Examines the hosts.
  ///
  /// - Throws: When they are not as they must be, which is told.
  func run() throws {
    // Where rank 0 does not see the folder, it ends with its code.
    let scratch = FileManager.default.temporaryDirectory.appending(path: "effnet-\(UUID())")
    try? FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let endingFile = EndingFile(path: scratch.appending(path: "ending").path)
    let seconds = DoctorCommand.longestSeconds(ranks: plan.rankCount, hosts: plan.hosts.count)
    let process = try JobProcess(
      plan.launcher + endingFile.words() + program, environment: LaunchPlan.variables)
    let status = process.end(
      wantsStop: { StopSignal.pending != nil },
      // MPICH's ranks may wait for each other for ever when they end MPI.
      hasGivenUp: { endingFile.code != nil }, deadline: MonotonicTime.seconds + seconds)
    let stop = StopSignal.pending
    let left = endingFile.code
    guard !process.wasEnded || stop != nil || left != nil else {
      throw Failure(
        silently: 1,
        "the doctor did not end within \(Int(seconds)) s: MPI may try a network that does not reach "
          + "the other hosts. Name one that does, for example export "
          + "\(DoctorReport.networkChoice); networks of this host: "
          + NetworkInterface.all.map(\.description).joined(separator: ", "))
    }
    // Whoever says 1, hosts are not as they must be.
    let ending = JobEnding(
      status: plan.exitCode(status), wasEnded: process.wasEnded,
      ending: left ?? plan.exitCode(status), verdict: nil, stop: stop, isFinished: true)
    guard ending.code == 0 else { throw Failure(silently: ending.code, ending.reason) }
  }
}
