import Boundary
import Foundation
import Hosts
import MPI
import Training

/// Decides which group of ranks trains what, and keeps the ledger; on rank 0, which trains as well: it
/// looks after the others between the steps of its own training.
///
/// Which group does a job, and when, changes nothing of what the study comes to: jobs follow from the
/// ledger alone, and a training comes to the same on any ranks.
final class Dispatcher {
  /// A group of ranks.
  private struct Group {
    let ranks: [Int]
    var work: Work?
  }

  /// A job that a group does.
  private struct Work {
    let job: Job
    let number: Int
    /// When its training began, or went on, with so many epochs to do.
    var start = MonotonicTime.seconds
    var epochs: Double
    var isPausing = false
  }

  private let study: Study
  private let hosts: [String]
  /// Ranks of each host.
  private let ranksOfHosts: [Int]
  private let isCrowded: Bool
  private let limits: GroupLimits
  private let post: PostOffice
  private let observer: (any StudyObserver)?
  private let records: StudyRecords
  private let publication: StudyPublication
  private var cleaning: CheckpointCleaning
  private var groups: [Group] = []
  private var backlog: Backlog
  private var model = CostModel()
  private var ending: Ending?
  private var hasNews = true
  private var lastDirected = -Double.infinity
  /// What rank 0 itself is told.
  private var inbox: [Order] = []

  init(
    _ study: Study, hosts: [String], isCrowded: Bool, _ limits: GroupLimits, _ post: PostOffice,
    _ records: StudyRecords, _ publication: StudyPublication, _ cleaning: CheckpointCleaning,
    _ observer: (any StudyObserver)?
  ) {
    self.study = study
    self.hosts = hosts
    ranksOfHosts = Dictionary(grouping: hosts) { $0 }.values.map(\.count)
    self.isCrowded = isCrowded
    self.limits = limits
    self.post = post
    self.records = records
    self.publication = publication
    self.cleaning = cleaning
    backlog = Backlog(length: study.units)
    self.observer = observer
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
    do throws(TrainingError) { try direct() } catch {
      guard error.faultKind != .rankLost else { throw error }
      end(error)
      try direct()
    }
  }

  private static let secondsBetweenLooks = 0.5

  /// Hears a report of rank 0 itself.
  func hear(_ report: Report) throws(TrainingError) {
    hasNews = true
    do throws(TrainingError) { try note(report) } catch {
      guard error.faultKind != .rankLost else { throw error }
      end(error)
    }
  }

  private func note(_ report: Report) throws(TrainingError) {
    switch report {
    case .began(let number, let epochs):
      guard let group = group(of: number) else { return }
      groups[group].work?.start = MonotonicTime.seconds
      groups[group].work?.epochs = epochs
    case .done(let number, let entry, let timing):
      guard let group = group(of: number), let work = groups[group].work else { return }
      groups[group].work = nil
      model.learn(
        seconds: timing.seconds - timing.startSeconds, startSeconds: timing.startSeconds,
        units: study.units(work.job, epochs: timing.epochs, isMeasured: entry.end == .done),
        of: study.units(work.job), ranks: groups[group].ranks.count)
      try records.add(entry)
      study.add(entry)
      records.note(slot(group, work, timing))
      observer?.did(work.job, entry, of: study, seconds: timing.seconds)
      if entry.end == .diverged, let problem = study.problemOfRecipe() { throw problem }
      try cleaning.clean(study, after: work.job)
      publication.renew()
    case .stopped(let number, let reason, let timing):
      guard let group = group(of: number), let work = groups[group].work else { return }
      groups[group].work = nil
      let left = study.units(work.job, epochs: max(0, work.epochs - timing.epochs))
      backlog.putBack(work.job, number: number, length: left)
      records.note(slot(group, work, timing))
      if case .signal(let signal) = reason { end(.stopped(signal: signal)) }
    case .failed(let number, let kind, let description):
      guard let group = group(of: number) else { return }
      groups[group].work = nil
      end(.failed(kind: kind, description: description))
    case .signal(let signal): end(.stopped(signal: signal))
    }
  }

  private func slot(_ group: Int, _ work: Work, _ timing: Report.Timing) -> Slot {
    let ranks = groups[group].ranks
    return Slot(
      identity: work.job.trial.identity, epochs: work.job.epochs, number: work.number,
      ranks: ranks, host: hosts[ranks[0]], seconds: timing.seconds,
      end: Date().timeIntervalSince1970, rankCount: hosts.count,
      sessionStart: records.sessionStart)
  }

  private func group(of number: Int) -> Int? { groups.firstIndex { $0.work?.number == number } }

  /// The study ends as soon as all groups have saved; of several reasons the first is told.
  private func end(_ ending: Ending) { self.ending = self.ending ?? ending }

  private func end(_ error: TrainingError) {
    end(.failed(kind: error.faultKind.rawValue, description: error.description))
  }

  private func direct() throws(TrainingError) {
    let isIdle = groups.allSatisfy { $0.work == nil }
    if ending != nil {
      if isIdle, let ending { try tell(Array(hosts.indices), .end(ending)) } else { try pause() }
      return
    }
    try backlog.update(from: study)
    if backlog.count == 0, isIdle {
      ending = .finished
      return try direct()
    }
    let running = groups.count { $0.work != nil }
    let wanted = limits.groupCount(jobs: backlog.count + running, hosts: ranksOfHosts)
    if isIdle {
      if wanted != groups.count { try divide(into: wanted) }
      return try assign()
    }
    if paysToDivide(into: wanted) {
      try pause()
    } else if !groups.contains(where: { $0.work?.isPausing ?? false }) {
      try assign()
    }
  }

  /// Whether what is gained by other groups is more than what it costs to save and to go on.
  private func paysToDivide(into wanted: Int) -> Bool {
    guard wanted != groups.count else { return false }
    let hasReady = backlog.count > 0
    let isIdle = groups.contains { $0.work == nil }
    // More groups than there are: soon enough when each has done its job, unless that takes long.
    guard wanted < groups.count ? isIdle && !hasReady : hasReady else { return false }
    let remaining = groups.compactMap { group -> Double? in
      guard let work = group.work else { return nil }
      let all = model.seconds(
        units: study.units(work.job, epochs: work.epochs), ranks: group.ranks.count)
      return all.map { max(0, $0 - (MonotonicTime.seconds - work.start)) }
    }
    guard let longest = remaining.max() else { return false }
    let cost = 2 * model.startSeconds
    let gain =
      wanted < groups.count
      ? longest * (1 - Double(wanted) / Double(groups.count)) : longest
    return gain > Self.worthwhile * cost
  }

  /// How many times its cost a division must gain, by an estimate that may be wrong.
  private static let worthwhile = 3.0

  /// Has the groups that train save and stop.
  private func pause() throws(TrainingError) {
    for index in groups.indices {
      guard groups[index].work?.isPausing == false else { continue }
      groups[index].work?.isPausing = true
      try tell([groups[index].ranks[0]], .pause)
    }
  }

  private func divide(into count: Int) throws(TrainingError) {
    let division = Division(hosts: hosts, groupCount: count, leastRanks: limits.leastRanks)
    groups = division.groups.map { Group(ranks: $0) }
    try tell(Array(hosts.indices), .divide(division))
  }

  /// Gives the longest jobs to the groups that have none.
  private func assign() throws(TrainingError) {
    for index in groups.indices where groups[index].work == nil {
      // A training has one folder: two of its rungs come one after the other.
      let busy = Set(groups.compactMap(\.work?.job.trial.identity))
      guard let (job, number) = backlog.next(where: { !busy.contains($0.trial.identity) }) else {
        return
      }
      groups[index].work = Work(
        job: job, number: number, epochs: Double(study.addedEpochs(job)))
      let assignment = Assignment(
        number: number, identity: job.trial.identity, epochs: job.epochs,
        configuration: try study.recipe.executed(job.trial, isCrowded: isCrowded))
      try tell(groups[index].ranks, .train(assignment))
    }
  }

  private func tell(_ ranks: [Int], _ order: Order) throws(TrainingError) {
    for rank in ranks {
      if rank == 0 { inbox.append(order) } else { try post.send(order, to: rank) }
    }
  }
}
