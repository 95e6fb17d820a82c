import Training

/// Decides which group of ranks trains what, by what it hears alone: it sends nothing, writes
/// nothing and has no clock.
///
/// Which group does a job, and when, changes nothing of what the study comes to: jobs follow from
/// the ledger alone, and a training comes to the same on any ranks.
package struct GroupPlanner {
  /// A job that a group does.
  package struct Work {
    package let job: Job
    /// Its number in the study, from 1 on.
    package let number: Int
    /// Ranks of the group, of which the first speaks for all.
    package let ranks: [Int]
    /// When its training began, or went on, with so many epochs to do.
    fileprivate var start: Double
    fileprivate var epochs: Double
    fileprivate var isPausing = false
  }

  /// What ranks are to be told.
  package enum Command {
    /// All of them, to form other groups.
    case divide(Division)
    /// Those of a group, to do a job.
    case train(Work)
    /// The first of a group, to save and stop.
    case pause(rank: Int)
    /// All of them, to end; nothing follows.
    case end(Ending)
  }

  /// A group of ranks.
  private struct Group {
    let ranks: [Int]
    var work: Work?
  }

  private let study: Study
  private let hosts: [String]
  /// Ranks of each host.
  private let ranksOfHosts: [Int]
  private let limits: GroupLimits
  private var groups: [Group] = []
  private var backlog: Backlog
  private var model = CostModel()
  private var ending: Ending?
  private var isOver = false

  /// - Parameters:
  ///   - study: Where jobs come from; what they come to is added to it by others.
  ///   - hosts: Host of each rank.
  package init(_ study: Study, hosts: [String], _ limits: GroupLimits) {
    self.study = study
    self.hosts = hosts
    self.limits = limits
    ranksOfHosts = Dictionary(grouping: hosts) { $0 }.values.map(\.count)
    backlog = Backlog(length: study.units)
  }

  // MARK: Hearing

  /// Learns from what a rank reports.
  ///
  /// - Parameter now: In seconds of any clock.
  /// - Returns: What a group has done and does no more, if it is that.
  package mutating func hear(_ report: Report, at now: Double) -> Work? {
    switch report {
    case .began(let number, let epochs):
      guard let group = group(of: number) else { return nil }
      groups[group].work?.start = now
      groups[group].work?.epochs = epochs
      return nil
    case .done(let number, let entry, let timing):
      guard let work = release(number) else { return nil }
      model.learn(
        seconds: timing.seconds - timing.startSeconds, startSeconds: timing.startSeconds,
        units: study.units(work.job, epochs: timing.epochs, isMeasured: entry.end == .done),
        of: study.units(work.job), ranks: work.ranks.count)
      return work
    case .stopped(let number, let reason, let timing):
      if case .signal(let signal) = reason { end(.stopped(signal: signal)) }
      guard let work = release(number) else { return nil }
      let left = study.units(work.job, epochs: max(0, work.epochs - timing.epochs))
      backlog.putBack(work.job, number: number, length: left)
      return work
    case .failed(let number, let kind, let description):
      end(.failed(kind: kind, description: description))
      _ = release(number)
      return nil
    case .signal(let signal):
      end(.stopped(signal: signal))
      return nil
    case .noticed: return nil
    }
  }

  /// Ends the study as soon as all groups have saved; of several reasons the first is told.
  package mutating func end(_ ending: Ending) { self.ending = self.ending ?? ending }

  private func group(of number: Int) -> Int? { groups.firstIndex { $0.work?.number == number } }

  /// Takes its job from a group.
  private mutating func release(_ number: Int) -> Work? {
    guard let group = group(of: number), let work = groups[group].work else { return nil }
    groups[group].work = nil
    return work
  }

  // MARK: Telling

  /// What is to be told now, in this order.
  ///
  /// - Parameter now: See ``hear(_:at:)``.
  /// - Throws: When the study has nothing to go on with.
  package mutating func commands(at now: Double) throws(TrainingError) -> [Command] {
    guard !isOver else { return [] }
    let isIdle = groups.allSatisfy { $0.work == nil }
    if ending == nil {
      try backlog.update(from: study)
      if isIdle, backlog.count == 0 { ending = .finished }
    }
    if let ending {
      isOver = isIdle
      return isIdle ? [.end(ending)] : pause()
    }
    let running = groups.count { $0.work != nil }
    let wanted = limits.groupCount(jobs: backlog.count + running, hosts: ranksOfHosts)
    if isIdle { return (wanted == groups.count ? [] : [divide(into: wanted)]) + assign(at: now) }
    if paysToDivide(into: wanted, at: now) { return pause() }
    // Whoever pauses does so for others, who must wait for it.
    return groups.contains { $0.work?.isPausing ?? false } ? [] : assign(at: now)
  }

  /// Whether what is gained by other groups is more than what it costs to save and to go on.
  private func paysToDivide(into wanted: Int, at now: Double) -> Bool {
    guard wanted != groups.count else { return false }
    let hasReady = backlog.count > 0
    let isIdle = groups.contains { $0.work == nil }
    // More groups than there are: soon enough when each has done its job, unless that takes long.
    guard wanted < groups.count ? isIdle && !hasReady : hasReady else { return false }
    let remaining = groups.compactMap { group -> Double? in
      guard let work = group.work else { return nil }
      let all = model.seconds(
        units: study.units(work.job, epochs: work.epochs), ranks: work.ranks.count)
      return all.map { max(0, $0 - (now - work.start)) }
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
  private mutating func pause() -> [Command] {
    var commands: [Command] = []
    for index in groups.indices {
      guard groups[index].work?.isPausing == false else { continue }
      groups[index].work?.isPausing = true
      commands.append(.pause(rank: groups[index].ranks[0]))
    }
    return commands
  }

  private mutating func divide(into count: Int) -> Command {
    let division = Division(hosts: hosts, groupCount: count, leastRanks: limits.leastRanks)
    groups = division.groups.map { Group(ranks: $0) }
    return .divide(division)
  }

  /// Gives the longest jobs to the groups that have none.
  private mutating func assign(at now: Double) -> [Command] {
    var commands: [Command] = []
    for index in groups.indices where groups[index].work == nil {
      // A training has one folder: two of its rungs come one after the other.
      let busy = Set(groups.compactMap(\.work?.job.trial.identity))
      guard let (job, number) = backlog.next(where: { !busy.contains($0.trial.identity) }) else {
        break
      }
      let work = Work(
        job: job, number: number, ranks: groups[index].ranks, start: now,
        epochs: Double(study.addedEpochs(job)))
      groups[index].work = work
      commands.append(.train(work))
    }
    return commands
  }
}
