import Hosts

/// Starts `effnet doctor` as the work would be started; it has a deadline, because an MPI that
/// cannot connect waits for ever.
struct DoctorLaunch {
  private let plan: LaunchPlan
  private let job: UnrecordedJob

  /// - Parameter ranks: As many as are asked for; `nil` for one a core.
  init(for work: any LaunchedWork, on place: LaunchPlace, ranks: Int?) throws {
    plan = try place.plan(ranks: ranks, most: work.mostRanks, silence: .examined)
    job = UnrecordedJob(
      [OwnProgram.path, "doctor"] + work.examination
        + place.problems.flatMap { ["--problem", $0] }, plan)
  }

  /// Shows what is started.
  func show() { job.show() }

  /// Examines the hosts.
  ///
  /// - Throws: When they are not as they must be, which is told.
  func run() throws {
    let seconds = DoctorCommand.longestSeconds(ranks: plan.rankCount, hosts: plan.hosts.count)
    let end = try job.run(within: seconds)
    guard !end.wasEnded || end.stop != nil || end.code != nil else {
      throw Failure(
        silently: 1,
        "the doctor did not end within \(Int(seconds)) s: MPI may try a network that does not reach "
          + "the other hosts. Name one that does, for example export "
          + "\(DoctorReport.networkChoice); networks of this host: "
          + NetworkInterface.all.map(\.description).joined(separator: ", "))
    }
    // Whoever says 1, hosts are not as they must be.
    let ending = JobEnding(
      status: end.status, wasEnded: end.wasEnded, ending: end.code ?? end.status, verdict: nil,
      stop: end.stop, isFinished: true)
    guard ending.code == 0 else { throw Failure(silently: ending.code, ending.reason) }
  }
}
