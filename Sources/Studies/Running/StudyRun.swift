import Boundary
import Foundation
import Hosts
import Kernels
import MPI
import Supervision
import Training

/// A study on all ranks of a job.
///
/// Each rank does what the dispatcher tells it, and rank 0, where that is, too. No rank only waits
/// for others: between two steps of its own training rank 0 looks after the rest.
package final class StudyRun {
  private let world: Communicator
  private let watch: Watch
  private let folder: StudyFolder
  private let post: PostOffice
  /// On rank 0.
  private var dispatcher: Dispatcher?
  private var lease: FolderLease?
  private var study: Study?
  private var publication: StudyPublication?
  private let observer: (any StudyObserver)?
  /// See ``Options/stopRequest``.
  private let askedToStop: StopRequest
  /// The group that this rank trains in.
  private var group: Communicator?
  /// Orders that have come while this rank was training.
  private var early: [Order] = []
  private var hasToldOfSignal = false
  /// What has gone wrong in looking after the others, in the middle of a step.
  private var lookingFault: TrainingError?

  /// Prepares a study from its beginning, or from what its ledger holds.
  ///
  /// - Parameters:
  ///   - world: All ranks of the job.
  ///   - options: How it is done, of which nothing changes what it comes to.
  ///   - observer: On rank 0 alone.
  /// - Throws: When configuration, data and ledger do not go together; on all ranks the same.
  package init(
    _ kind: StudyKind, _ configuration: StudyConfiguration, _ folder: StudyFolder,
    _ world: Communicator, _ watch: Watch, _ options: Options, _ observer: (any StudyObserver)?
  ) throws(TrainingError) {
    self.world = world
    self.watch = watch
    self.folder = folder
    self.observer = observer
    askedToStop = options.stopRequest
    post = PostOffice(world: world, activity: watch.activity)
    let ranks = TrainingGroup(world, activity: watch.activity)
    let places = try RankPlaces(ranks)
    try ranks.agreed { () throws(TrainingError) in
      guard ranks.isFirst else { return }
      let opening = try StudyOpening(
        kind, configuration, folder, places, options, advance: watch.activity.advance
      ) {
        observer?.noticed($0)
      }
      lease = opening.lease
      study = opening.study
      // No signal ends it: all that it would leave has to be done again.
      let publication = try StudyPublication(
        opening.study, folder, Headway(watch.activity.advance, { nil }, ""))
      self.publication = publication
      if !(try opening.study.isFinished) { try publication.withdraw() }
      let limits = opening.limits
      if let notice = limits.notice(hosts: places.hosts) { observer?.noticed(notice) }
      dispatcher = Dispatcher(
        opening.study, places, GroupPlanner(opening.study, hosts: places.hosts, limits),
        ResultKeeper(
          opening.study, hosts: places.hosts, opening.records, publication,
          CheckpointCleaning(folder, advance: watch.activity.advance), observer), post)
      observer?.began(opening.study, ranks: world.size)
      for notice in opening.study.notices { observer?.noticed(notice) }
    }
    // Not before the study: one that is refused leaves nothing in its folder.
    _ = watch.log.open()
  }

  /// How a study is done.
  package struct Options {
    /// Whether the folder may hold a ledger to go on from.
    package var isResuming = false
    /// Whether it may go on in another program or with another core type, whose bits may differ.
    package var acceptsOtherBits = false
    /// A number of groups that is kept to; nil to adapt to what there is to do.
    package var slots: Int?
    /// Asked in every step of a training, and while there is nothing to do, whether to save and
    /// stop.
    package var stopRequest: StopRequest = { StopSignal.pending }

    package init() {}
  }

  /// Trainings that are done, and parts of them up to a rung; on rank 0.
  package var done: Int { study?.ledger.count ?? 0 }

  /// Does all jobs.
  ///
  /// - Throws: When ranks are lost, and what has gone wrong in one of the trainings; on all ranks
  ///   the same.
  package func run() throws(TrainingError) -> Trainer.Outcome {
    while true {
      switch try nextOrder() {
      case .pause: break
      case .divide(let division): try divide(division)
      case .train(let assignment): try train(assignment)
      case .end(let ending):
        try post.close()
        return try outcome(ending)
      }
    }
  }

  private func outcome(_ ending: Ending) throws(TrainingError) -> Trainer.Outcome {
    switch ending {
    case .finished:
      try finish()
      return .finished
    case .stopped(let signal):
      publication?.leave()
      return .stopped(signal: signal)
    case .failed(let kind, let description):
      publication?.leave()
      throw TrainingError(FaultKind(rawValue: kind) ?? .check, description, isShared: true)
    }
  }

  /// Waits until there is something to do.
  private func nextOrder() throws(TrainingError) -> Order {
    var pause: UInt32 = 100
    while true {
      // Before the next training begins, which would only be stopped again.
      if let signal = askedToStop(), !hasToldOfSignal {
        hasToldOfSignal = true
        try report(.signal(signal))
      }
      if !early.isEmpty { return early.removeFirst() }
      if let dispatcher {
        try dispatcher.look()
        if let order = dispatcher.takeOrder() { return order }
      } else if let order = try post.order() {
        return order
      }
      watch.activity.advance()
      usleep(pause)
      pause = min(2 * pause, Self.longestPause)
    }
  }

  /// Microseconds between two looks at what there is to do.
  private static let longestPause: UInt32 = 5_000

  private func divide(_ division: Division) throws(TrainingError) {
    // The old one goes first: a library may have room for few.
    group = nil
    do throws(MPIError) {
      group = try watch.activity.exchange { () throws(MPIError) in
        try world.split(color: division.group(of: world.rank), key: world.rank)
      }
    } catch { throw TrainingError(error) }
  }

  private func train(_ assignment: Assignment) throws(TrainingError) {
    guard let group else { preconditionFailure("a rank without a group was told to train") }
    watch.log.note("training \(assignment.number): \(assignment.identity)")
    let trial = TrialRun(
      group: group, folder: folder, activity: watch.activity,
      stopRequest: { [self] in stopReason(isFirst: group.rank == 0) })
    let result = try trial.perform(assignment) { notice throws(TrainingError) in
      try report(.noticed(notice))
    } began: { epochs throws(TrainingError) in
      if group.rank == 0 { try report(.began(number: assignment.number, epochs: epochs)) }
    }
    if let lookingFault { throw lookingFault }
    if group.rank == 0 { try report(result) }
  }

  /// Asked in every step of a training; of the ranks of a group the first one hears what it is
  /// told.
  private func stopReason(isFirst: Bool) -> StopReason? {
    if isFirst, lookingFault == nil {
      do throws(TrainingError) { try lookUp() } catch { lookingFault = error }
    }
    // It saves and tells; who hears nothing more would train on for nothing.
    if lookingFault != nil { return .pause }
    if let signal = askedToStop() { return .signal(signal) }
    return early.contains { if case .pause = $0 { true } else { false } } ? .pause : nil
  }

  private func lookUp() throws(TrainingError) {
    if let dispatcher {
      try dispatcher.look()
      while let order = dispatcher.takeOrder() { early.append(order) }
    } else {
      while let order = try post.order() { early.append(order) }
    }
  }

  private func report(_ report: Report) throws(TrainingError) {
    if let dispatcher { try dispatcher.hear(report) } else { try post.send(report) }
  }

  private func finish() throws(TrainingError) {
    try TrainingGroup(world, activity: watch.activity).agreed { () throws(TrainingError) in
      guard let study else { return }
      try publication?.write()
      observer?.finished(study)
    }
  }
}
