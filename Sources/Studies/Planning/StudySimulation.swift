import Training

/// A study played with results that are made up, on ranks that are: to plan it before anything is
/// trained, and to test what it would say.
package final class StudySimulation {
  /// A job that is being done.
  private struct Running {
    let job: Job
    let end: Double
  }

  private let study: Study
  /// When it would be done, in seconds.
  package private(set) var seconds = 0.0
  /// What all its jobs take together, in seconds of a rank.
  package private(set) var rankSeconds = 0.0
  /// All jobs that it has done, in their order.
  package private(set) var jobs: [Job] = []

  /// - Parameter study: Is given the results: one of its own.
  package init(_ study: Study) { self.study = study }

  /// Does all jobs, each on one rank.
  ///
  /// - Parameters:
  ///   - ranks: Ranks that train at the same time; they share what is left when there are more of
  ///     them than jobs.
  ///   - headway: Is told with each job, of which there may be many.
  ///   - seconds: How long a job takes on one rank.
  ///   - result: What it comes to.
  package func play(
    ranks: Int, _ headway: Headway = .unwatched, seconds duration: @escaping (Job) -> Double,
    _ result: (Job) -> LedgerEntry
  ) throws(TrainingError) {
    var running: [Running] = []
    // The longest first, as they are dealt.
    var backlog = Backlog(length: duration)
    while true {
      try headway.note()
      try backlog.update(from: study)
      // Two rungs of a training come one after the other.
      var busy = Set(running.map(\.job.trial.identity))
      while running.count < ranks,
        let (job, _) = backlog.next(where: { !busy.contains($0.trial.identity) })
      {
        busy.insert(job.trial.identity)
        running.append(Running(job: job, end: seconds + duration(job)))
        rankSeconds += duration(job)
        jobs.append(job)
      }
      guard let next = running.min(by: { $0.end < $1.end }) else { return }
      let isShared = running.count < ranks
      let speed = isShared ? Double(ranks) / Double(running.count) * Self.efficiency : 1
      let elapsed = (next.end - seconds) / max(1, speed)
      // What the others have still to do shrinks alike.
      let start = seconds
      seconds += elapsed
      running = running.map {
        Running(job: $0.job, end: seconds + ($0.end - start - (next.end - start)))
      }
      let done = running.filter { $0.end <= seconds }
      running.removeAll { $0.end <= seconds }
      for job in done { study.add(result(job.job)) }
    }
  }

  /// What several ranks on one training get done, over what they would on their own.
  private static let efficiency = 0.9
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
