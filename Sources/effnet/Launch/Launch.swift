import Datasets
import Hosts
import Supervision

/// Starts ranks for work, and again where some of them or their hosts are lost.
struct Launch {
  private let work: any LaunchedWork
  private let place: LaunchPlace
  private let ranks: Int?

  /// - Parameter ranks: As many as are asked for; `nil` for one a core.
  init(_ work: any LaunchedWork, on place: LaunchPlace, ranks: Int?) {
    self.work = work
    self.place = place
    self.ranks = ranks
  }

  /// Shows what would be started.
  func show(isResuming: Bool) throws { try plan(isResuming).show(program(isResuming)) }

  /// Works to the end.
  ///
  /// - Parameters:
  ///   - isResuming: Whether the first start goes on from what the folder has, on the hosts that
  ///     answer; others do.
  ///   - restarts: How often ranks are started again.
  func run(isResuming: Bool, restarts: Int) throws {
    var isResuming = isResuming
    var last: (end: String, progress: LaunchProgress)?
    for attempt in 0... {
      let plan = try plan(isResuming)
      if attempt == 0 { try requireFiles(plan) }
      plan.show(program(isResuming))
      let ending = try LaunchAttempt(work, plan).run(program(isResuming))
      let progress = try work.progress()
      let problem = ending.reason ?? "the ranks ended with code \(ending.code)"
      guard ending.isRestartable, attempt < restarts, StopSignal.pending == nil else {
        guard ending.code != 0 else { return }
        throw Failure(silently: ending.code, ending.isTold ? nil : ending.reason)
      }
      // Pids, for example, differ from one start to the next.
      let end = ending.blamed ?? problem
      if let last, last == (end, progress) {
        throw Failure(
          silently: ending.code,
          "\(problem); that is how the last start ended, too, and \(progress.absence) added since: "
            + "another would end the same way")
      }
      last = (end, progress)
      isResuming = true
      place.avoid(ending.lostHost)
      StandardError.warn("\(problem); restart \(attempt + 1) of \(restarts) \(progress.start)")
    }
  }

  private func plan(_ isResuming: Bool) throws -> LaunchPlan {
    try place.plan(
      ranks: ranks, most: work.mostRanks, silence: isResuming ? .leftOut : .refused)
  }

  /// What each rank executes.
  private func program(_ isResuming: Bool) -> [String] {
    [OwnProgram.path] + work.arguments + (isResuming ? ["--resume"] : [])
  }

  /// Finds before any rank starts what each of them would tell, among words of MPI.
  ///
  /// Where no rank runs, shards may be out of sight; the folder is read here in any case.
  private func requireFiles(_ plan: LaunchPlan) throws {
    if plan.includesThisHost {
      let data = work.configuration.data
      for path in data.train + data.validation {
        _ = try ShardPath.files(path, relativeTo: ".")
      }
    }
    try work.folder.prepare()
  }
}
