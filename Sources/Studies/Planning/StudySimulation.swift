import Training

/// A study played with results that are made up, on ranks that are: to plan it before anything is
/// trained, and to test what it would say.
///
/// Groups of ranks are divided, and given their jobs, as in a study that is done.
package final class StudySimulation {
  /// A job that a group does.
  private struct Running {
    let work: GroupPlanner.Work
    let duration: JobDuration
    let begin: Double
    /// Epochs that are left of it, over those that it adds.
    let part: Double
    /// When it will have saved, where it is to pause.
    private var saved: Double?

    init(_ work: GroupPlanner.Work, _ duration: JobDuration, begin: Double, part: Double) {
      self.work = work
      self.duration = duration
      self.begin = begin
      self.part = part
    }

    private var firstStep: Double { begin + duration.start }

    /// When it would be done.
    private var done: Double {
      firstStep + part * duration.training + duration.measuring + duration.saving
    }

    /// Whether it is done before it pauses.
    var isDone: Bool { saved.map { $0 >= done } ?? true }

    /// When its group is free.
    var end: Double { min(saved ?? done, done) }

    /// What of the job is trained when its group is free.
    var trained: Double {
      guard !isDone, duration.training > 0 else { return part }
      return min(part, max(0, end - duration.saving - firstStep) / duration.training)
    }

    /// Has it save and stop: in a step, of which the first comes when all is prepared.
    mutating func pause(at now: Double) { saved = max(now, firstStep) + duration.saving }
  }

  private let study: Study
  private var running: [Running] = []
  /// Parts that are left of jobs that were paused, by their number.
  private var left: [Int: Double] = [:]
  /// When all that is played so far would be done, in seconds.
  package private(set) var seconds = 0.0
  /// All jobs that it has done, in their order.
  package private(set) var jobs: [Job] = []

  /// - Parameter study: Is given the results: one of its own.
  package init(_ study: Study) { self.study = study }

  /// Does all jobs.
  ///
  /// - Parameters:
  ///   - hosts: Host of each rank.
  ///   - limits: See ``GroupPlanner``.
  ///   - headway: Is told with each job, of which there may be many.
  ///   - duration: How long a group of so many ranks takes for a job.
  ///   - result: What it comes to.
  package func play(
    on hosts: [String], _ limits: GroupLimits, _ headway: Headway = .unwatched,
    duration: (Job, Int) -> JobDuration, _ result: (Job) -> LedgerEntry
  ) throws(TrainingError) {
    var planner = GroupPlanner(study, hosts: hosts, limits)
    while true {
      try headway.note()
      for command in try planner.commands(at: seconds) {
        switch command {
        case .divide: break
        case .train(let work): begin(work, &planner, duration)
        case .pause(let rank):
          for index in running.indices where running[index].work.ranks[0] == rank {
            running[index].pause(at: seconds)
          }
        case .end: return
        }
      }
      guard let next = running.indices.min(by: { running[$0].end < running[$1].end }) else {
        preconditionFailure("nobody trains in a study that is not over")
      }
      end(running.remove(at: next), &planner, result)
    }
  }

  /// The same on ranks that share a training without loss.
  ///
  /// - Parameter seconds: How long a job takes on one rank.
  package func play(
    ranks: Int, _ headway: Headway = .unwatched, seconds: (Job) -> Double,
    _ result: (Job) -> LedgerEntry
  ) throws(TrainingError) {
    try play(
      on: [String](repeating: "", count: ranks), GroupLimits(mostRanks: ranks), headway,
      duration: { JobDuration(training: seconds($0) / Double($1)) }, result)
  }

  private func begin(
    _ work: GroupPlanner.Work, _ planner: inout GroupPlanner, _ duration: (Job, Int) -> JobDuration
  ) {
    let duration = duration(work.job, work.ranks.count)
    let part = left[work.number] ?? 1
    running.append(Running(work, duration, begin: seconds, part: part))
    let epochs = part * Double(study.addedEpochs(work.job))
    _ = planner.hear(
      .began(number: work.number, epochs: epochs), at: seconds + duration.start)
  }

  private func end(
    _ one: Running, _ planner: inout GroupPlanner, _ result: (Job) -> LedgerEntry
  ) {
    seconds = one.end
    let (job, number) = (one.work.job, one.work.number)
    let timing = Report.Timing(
      startSeconds: one.duration.start, seconds: seconds - one.begin,
      epochs: one.trained * Double(study.addedEpochs(job)))
    guard one.isDone else {
      left[number] = one.part - one.trained
      _ = planner.hear(.stopped(number: number, .pause, timing), at: seconds)
      return
    }
    let entry = result(job)
    _ = planner.hear(.done(number: number, entry, timing), at: seconds)
    study.add(entry)
    jobs.append(job)
  }
}

extension LedgerEntry {
  /// A result that is made up.
  ///
  /// - Parameter hits: For each image whether it is classified rightly.
  package init(madeUp job: Job, _ hits: Correctness) {
    let share = Double(hits.hits) / Double(hits.count)
    self.init(
      identity: job.trial.identity, epochs: job.epochs, end: .done, images: 0, correct: hits.hits,
      count: hits.count, correctTop5: nil, loss: 1 - share, stateSHA256: "", hits: hits.base64,
      reason: nil)
  }

  /// A result that is made up, of which nobody asks for each image.
  ///
  /// - Parameter correct: Images that are classified rightly.
  package init(madeUp job: Job, correct: Int, of count: Int) {
    var hits = Correctness(count: count)
    for image in 0..<correct { hits[image] = true }
    self.init(madeUp: job, hits)
  }
}
