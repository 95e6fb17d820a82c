import Hosts

/// Starts `effnet search … --plan` as the study would be started.
struct StudyPlanLaunch {
  private let job: UnrecordedJob

  /// - Parameter ranks: As many as are asked for; `nil` for one a core.
  init(
    for study: any LaunchedWork, on place: LaunchPlace, ranks: Int?, isResuming: Bool
  ) throws {
    job = UnrecordedJob(
      [OwnProgram.path] + study.arguments + ["--plan"] + (isResuming ? ["--resume"] : []),
      try place.plan(ranks: ranks, most: study.mostRanks, silence: .leftOut))
  }

  /// Shows what is started.
  func show() { job.show() }

  /// Has the ranks tell the plan.
  ///
  /// - Throws: When there is none, which the ranks have told, or they could not be started.
  func run() throws {
    let end = try job.run()
    let ending = JobEnding(
      status: end.status, wasEnded: end.wasEnded, fatalSignal: end.fatalSignal, ending: end.code,
      verdict: nil, stop: end.stop, isFinished: end.code == 0)
    guard ending.code == 0 else { throw Failure(silently: ending.code, ending.reason) }
  }
}
