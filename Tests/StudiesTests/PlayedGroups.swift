import Studies
import Training
import XCTest

/// Groups of ranks that do what a planner tells them, on a clock of their own, and check that it
/// can be done.
final class PlayedGroups {
  /// What has happened, in order.
  struct Event: Equatable {
    enum Kind: Equatable { case divided(Int), began(Int), done(Int), stopped(Int), ended(Ending) }
    let kind: Kind
    let time: Double
  }

  private struct Running {
    let work: GroupPlanner.Work
    let start: Double
    let epochs: Double
    let end: Double
    var isPausing = false
  }

  private let study: Study
  private let hosts: [String]
  private var planner: GroupPlanner
  private(set) var events: [Event] = []
  private var groups: [[Int]] = []
  private var running: [Running] = []
  private(set) var now = 0.0
  /// Epochs that are left of jobs that were stopped.
  private var left: [Job: Double] = [:]

  struct Hang: Error {}
  /// Seconds that no study of these tests takes.
  private static let longest = 1e5

  /// Seconds from a command to the first step, and to save.
  static let (starting, saving) = (0.2, 0.1)

  init(_ study: Study, hosts: String, _ limits: GroupLimits) {
    self.study = study
    self.hosts = hosts.map { String($0) }
    planner = GroupPlanner(study, hosts: self.hosts, limits)
  }

  var kinds: [Event.Kind] { events.map(\.kind) }

  /// Plays until the planner ends it.
  ///
  /// - Parameters:
  ///   - seconds: What a rank takes for an epoch of a job.
  ///   - result: What a job comes to; nil for one that fails.
  ///   - signal: When a rank is asked to stop.
  func play(
    secondsPerEpoch seconds: (Job) -> Double, signal: Double = .infinity,
    _ result: (Job) -> LedgerEntry?
  ) throws {
    var signal = signal
    while true {
      for command in try planner.commands(at: now) {
        if try perform(command, seconds) { return }
      }
      let next = running.map(\.end).min() ?? .infinity
      now = min(next, signal, now + 0.5)
      guard now < Self.longest else { throw Hang() }
      if now == signal {
        signal = .infinity
        // Whoever trains saves; who does not tells so.
        if let first = running.first {
          stop(first, .signal(SIGTERM))
        } else {
          hear(.signal(SIGTERM))
        }
      }
      for one in running where one.isPausing { stop(one, .pause) }
      for one in running where one.end <= now { finish(one, result(one.work.job)) }
    }
  }

  private func note(_ kind: Event.Kind) { events.append(Event(kind: kind, time: now)) }

  @discardableResult
  private func hear(_ report: Report) -> GroupPlanner.Work? { planner.hear(report, at: now) }

  private func perform(
    _ command: GroupPlanner.Command, _ seconds: (Job) -> Double
  ) throws -> Bool {
    switch command {
    case .divide(let division):
      XCTAssertTrue(running.isEmpty, "ranks that train cannot form other groups")
      XCTAssertEqual(division.groups.flatMap { $0 }.sorted(), Array(hosts.indices))
      groups = division.groups
      note(.divided(groups.count))
    case .train(let work):
      XCTAssertTrue(groups.contains(work.ranks))
      XCTAssertFalse(running.contains { $0.work.ranks == work.ranks }, "one thing at a time")
      XCTAssertFalse(
        running.contains { $0.work.job.trial.identity == work.job.trial.identity },
        "a training has one folder")
      XCTAssertFalse(study.ledger.has(work.job))
      XCTAssertEqual(try study.known()[work.number - 1], work.job)
      let epochs = left[work.job] ?? Double(study.addedEpochs(work.job))
      let end = now + Self.starting + epochs * seconds(work.job) / Double(work.ranks.count)
      running.append(Running(work: work, start: now, epochs: epochs, end: end))
      hear(.began(number: work.number, epochs: epochs))
      note(.began(work.number))
    case .pause(let rank):
      let index = try XCTUnwrap(running.firstIndex { $0.work.ranks[0] == rank })
      XCTAssertFalse(running[index].isPausing, "once is enough")
      running[index].isPausing = true
    case .end(let ending):
      XCTAssertTrue(running.isEmpty, "somebody has not saved")
      note(.ended(ending))
      XCTAssertTrue(try planner.commands(at: now).isEmpty, "nothing follows the end")
      return true
    }
    return false
  }

  private func stop(_ one: Running, _ reason: StopReason) {
    let part = max(0, min(1, (now - one.start - Self.starting) / (one.end - one.start)))
    left[one.work.job] = one.epochs * (1 - part)
    remove(one)
    now += Self.saving
    hear(.stopped(number: one.work.number, reason, timing(one, epochs: one.epochs * part)))
    note(.stopped(one.work.number))
  }

  private func finish(_ one: Running, _ result: LedgerEntry?) {
    remove(one)
    guard let result else {
      hear(.failed(number: one.work.number, kind: 3, description: "no such file"))
      return
    }
    let released = hear(
      .done(number: one.work.number, result, timing(one, epochs: one.epochs)))
    XCTAssertEqual(released?.job, one.work.job)
    study.add(result)
    note(.done(one.work.number))
  }

  private func timing(_ one: Running, epochs: Double) -> Report.Timing {
    Report.Timing(startSeconds: Self.starting, seconds: now - one.start, epochs: epochs)
  }

  private func remove(_ one: Running) {
    running.removeAll { $0.work.number == one.work.number }
  }
}
