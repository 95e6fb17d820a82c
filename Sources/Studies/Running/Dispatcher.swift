import Boundary
import Training

/// Looks after the groups of ranks on rank 0, which trains as well, between the steps of its own
/// training: has what they report kept, and tells them what the planner wants.
final class Dispatcher {
  private let study: Study
  private let places: RankPlaces
  private var planner: GroupPlanner
  private let keeper: ResultKeeper
  private let post: PostOffice
  private var hasNews = true
  private var lastDirected = -Double.infinity
  /// What rank 0 itself is told.
  private var inbox: [Order] = []

  /// - Parameter places: Those of all ranks of the job.
  init(
    _ study: Study, _ places: RankPlaces, _ planner: GroupPlanner, _ keeper: ResultKeeper,
    _ post: PostOffice
  ) {
    self.study = study
    self.places = places
    self.planner = planner
    self.keeper = keeper
    self.post = post
  }

  /// Takes the first of what rank 0 itself is told.
  func takeOrder() -> Order? { inbox.isEmpty ? nil : inbox.removeFirst() }

  /// Hears what the groups report and tells those what to do that have nothing to do.
  ///
  /// - Throws: When ranks are lost.
  func look() throws(TrainingError) {
    while let (_, report) = try post.report() { try hear(report) }
    // What could be gained by other groups changes with time, too.
    let now = MonotonicTime.seconds
    guard hasNews || now > lastDirected + Self.secondsBetweenLooks else { return }
    (hasNews, lastDirected) = (false, now)
    try endingOnFault { () throws(TrainingError) in
      for command in try planner.commands(at: now) { try perform(command) }
    }
  }

  private static let secondsBetweenLooks = 0.5

  /// Hears a report, of rank 0 itself, too.
  func hear(_ report: Report) throws(TrainingError) {
    if case .noticed(let notice) = report { return keeper.tell(notice) }
    hasNews = true
    let work = planner.hear(report, at: MonotonicTime.seconds)
    try endingOnFault { () throws(TrainingError) in
      guard let work else { return }
      switch report {
      case .done(_, let entry, let timing):
        try keeper.keep(entry, of: work, timing)
      case .stopped(_, _, let timing): keeper.noteStop(of: work, timing)
      case .began, .failed, .noticed, .signal: break
      }
    }
  }

  /// Ends the study by what goes wrong, unless ranks are lost.
  private func endingOnFault(
    _ body: () throws(TrainingError) -> Void
  ) throws(TrainingError) {
    do throws(TrainingError) { try body() } catch {
      guard error.faultKind != .rankLost else { throw error }
      planner.end(.failed(kind: error.faultKind.rawValue, description: error.description))
      hasNews = true
    }
  }

  private func perform(_ command: GroupPlanner.Command) throws(TrainingError) {
    switch command {
    case .divide(let division): try tell(places.hosts.indices, .divide(division))
    case .end(let ending): try tell(places.hosts.indices, .end(ending))
    case .pause(let rank): try tell([rank], .pause)
    case .train(let work):
      let configuration: String
      do throws(TrainingError) {
        configuration = try study.recipe.executed(
          work.job.trial, isCrowded: places.isCrowded(work.ranks))
      } catch {
        // Nobody has begun it, who could report.
        return try hear(
          .failed(
            number: work.number, kind: error.faultKind.rawValue, description: error.description))
      }
      try tell(
        work.ranks,
        .train(
          Assignment(
            number: work.number, identity: work.job.trial.identity, epochs: work.job.epochs,
            configuration: configuration)))
    }
  }

  private func tell(_ ranks: some Sequence<Int>, _ order: Order) throws(TrainingError) {
    for rank in ranks {
      if rank == 0 { inbox.append(order) } else { try post.send(order, to: rank) }
    }
  }
}
