import Boundary
import Datasets
import Foundation
import Networks
import Training

/// A study as it stands: what it is to do, and what its trainings have come to so far.
package final class Study {
  package let kind: StudyKind
  package let configuration: StudyConfiguration
  package let design: any StudyDesign
  package let recipe: Recipe
  package private(set) var ledger: Ledger
  /// Images that are trained on, held out, and validated on.
  package let imageCounts: ImageCounts
  /// What its results have been computed in so far, in the order of time.
  package private(set) var sessions: [LedgerLine.Session]
  /// What the study consists of as far as the ledger tells, which it may have to look into again.
  private let course: any StudyCourse
  private var isBehind = true
  /// Jobs that were counted, and how many of them are done.
  private var counted: Set<Job.Key> = []
  private var doneCount = 0
  /// Those that are known before anything is done, by which the recipe is judged.
  private let firstJobs: [Job]

  /// Opens the data and plans.
  ///
  /// - Parameter headway: Is told while shards are opened and a long ledger is gone through.
  /// - Throws: When data are missing or damaged, or the study asks for what cannot be.
  package convenience init(
    _ kind: StudyKind, _ configuration: StudyConfiguration, _ ledger: Ledger = Ledger(),
    _ sessions: [LedgerLine.Session] = [], _ headway: Headway = .unwatched
  ) throws(TrainingError) {
    let data = try StudyData(configuration.run, headway)
    try self.init(kind, configuration, ledger, sessions, data, headway)
  }

  /// Plans for data that are known.
  ///
  /// - Throws: When the study asks for what cannot be.
  init(
    _ kind: StudyKind, _ configuration: StudyConfiguration, _ ledger: Ledger,
    _ sessions: [LedgerLine.Session], _ data: StudyData, _ headway: Headway
  ) throws(TrainingError) {
    self.kind = kind
    self.configuration = configuration
    self.ledger = ledger
    self.sessions = sessions
    imageCounts = data.counts
    recipe = Recipe(configuration.run, classes: data.classes, dataDigests: data.digests)
    let parts = StudyParts(configuration, recipe)
    design =
      switch kind {
      case .scaling: try ScalingDesign(parts)
      case .grid: try GridDesign(parts)
      case .architecture: try ArchitectureDesign(parts)
      }
    course = design.course()
    try course.advance(by: Ledger(), headway)
    firstJobs = course.known
    try follow(headway)
  }

  /// The same study with what another ledger holds.
  init(_ other: Study, from ledger: Ledger) {
    kind = other.kind
    configuration = other.configuration
    design = other.design
    recipe = other.recipe
    imageCounts = other.imageCounts
    course = design.course()
    firstJobs = other.firstJobs
    self.ledger = ledger
    sessions = other.sessions
  }

  /// Notes what results are computed in from now on.
  func begin(_ session: LedgerLine.Session) {
    if session.isNews(after: sessions.last) { sessions.append(session) }
  }

  /// Whether a hypothesis was asked before there was any result, which cannot have suggested it.
  func isForeseen(_ hypothesis: Hypothesis) -> Bool {
    sessions.isEmpty
      || sessions.contains {
        $0.results == 0 && $0.hypotheses.contains(hypothesis.description)
      }
  }

  /// What was asked for otherwise when there were results already, and how many.
  var extensions: [(results: Int, changes: [String])] {
    zip(sessions, sessions.dropFirst()).map { (results: $1.results, changes: $0.changes(to: $1)) }
      .filter { $0.results > 0 && !$0.changes.isEmpty }
  }

  /// Refuses a result on another number of images than the data have.
  private func require(_ entry: LedgerEntry, of job: Job) throws(TrainingError) {
    guard entry.end == .done, entry.count != measuredImages(job) else { return }
    throw TrainingError(
      .data,
      "the ledger has training \(entry.identity) measured on \(entry.count) images, and the data have "
        + "\(measuredImages(job)); begin another study")
  }

  /// Images that a job is measured on.
  package func measuredImages(_ job: Job) -> Int {
    job.trial.images == .heldOut ? imageCounts.heldOut : imageCounts.validation
  }

  /// Notes what a job has come to.
  package func add(_ entry: LedgerEntry) {
    guard ledger[entry.key] == nil else { return }
    ledger.add(entry)
    if counted.contains(entry.key) { doneCount += 1 }
    isBehind = true
  }

  /// Goes on by what the ledger has more than before.
  private func follow(_ headway: Headway = .unwatched) throws(TrainingError) {
    guard isBehind else { return }
    try course.advance(by: ledger, headway)
    for job in course.known[counted.count...] {
      if let entry = ledger[job] {
        // First: whoever asks again is told again.
        try require(entry, of: job)
        doneCount += 1
      }
      counted.insert(job.key)
    }
    isBehind = false
  }

  /// All jobs that are known to be needed, in the order of the study.
  package func jobs() throws(TrainingError) -> [Job] {
    try follow()
    return course.jobs
  }

  /// The same in the order in which they became known, so that there are only more of them at the
  /// end.
  package func known() throws(TrainingError) -> [Job] {
    try follow()
    return course.known
  }

  /// Jobs that are known to be needed, and those of them that are done.
  package func progress() throws(TrainingError) -> (known: Int, done: Int) {
    try follow()
    return (counted.count, doneCount)
  }

  /// Whether all jobs are done, so that no others can follow.
  package var isFinished: Bool {
    get throws(TrainingError) {
      let progress = try progress()
      return progress.done == progress.known
    }
  }

  /// Networks that are known so far.
  package func networks() throws(TrainingError) -> [StudyNetwork] {
    try follow()
    return course.networks
  }

  /// Individuals of an evolution that are known so far, in their order; none of another study.
  package func individuals() throws(TrainingError) -> [Evolution.Individual] {
    try follow()
    return (course as? ArchitectureCourse)?.individuals ?? []
  }

  /// Networks of an evolution that are trained in full; nil before they are known, and of another
  /// study.
  package func finalists() throws(TrainingError) -> [StudyNetwork]? {
    try follow()
    return (course as? ArchitectureCourse)?.finalists
  }

  /// That hypotheses of the configuration are left unanswered, if any are.
  package var unansweredNotice: String? {
    let hypotheses = design.unanswered.map(\.description)
    guard !hypotheses.isEmpty else { return nil }
    return "hypotheses that are not answered, being about directions of scaling: "
      + hypotheses.joined(separator: ", ")
  }

  /// What is to be known of what is asked, before anything is trained.
  package var notices: [String] { [unansweredNotice, randomNotice].compactMap { $0 } }

  /// That nothing is evolved, if all individuals are drawn at random.
  private var randomNotice: String? {
    let evolution = configuration.evolution
    guard kind == .architecture, evolution.individuals <= evolution.rule.random else { return nil }
    let count = evolution.individuals.counted("individual")
    return "random search alone: none of \(count) has a parent, as the first "
      + "\(evolution.rule.random) have none, the larger of evolution.population and "
      + "evolution.parallel; give more evolution.individuals, or less of these"
  }

  /// What a network is called.
  ///
  /// - Precondition: It is one that is known of this study.
  package func name(of network: ScaledNetwork) -> String {
    guard let name = course.name(of: network) else {
      preconditionFailure("a network of another study")
    }
    return name
  }

  /// See ``StudyCourse/isUndecided(_:)``.
  func isUndecided(_ job: Job) -> Bool { course.isUndecided(job) }

  /// Epochs that a job adds to what its training has done before.
  package func addedEpochs(_ job: Job) -> Int {
    let halving = configuration.halving
    let isContinued = kind == .grid && job.trial.images == .heldOut && halving.mode == .continue
    return job.epochs - (isContinued ? halving.epochs.last { $0 < job.epochs } ?? 0 : 0)
  }

  /// Images that a job trains on.
  func trainedImages(_ job: Job) -> Int { addedEpochs(job) * imageCounts.training }

  /// What a job costs, see ``ScaledNetwork/cost``, and a third of that for each image that it is
  /// measured on.
  package func units(_ job: Job) -> Double { units(job, epochs: Double(addedEpochs(job))) }

  /// The same of a part of it.
  ///
  /// - Parameters:
  ///   - epochs: Epochs of its training that belong to it.
  ///   - isMeasured: Whether measuring belongs to it.
  package func units(_ job: Job, epochs: Double, isMeasured: Bool = true) -> Double {
    let measured = isMeasured ? Double(measuredImages(job)) / 3 : 0
    return job.trial.network.cost * (epochs * Double(imageCounts.training) + measured)
  }

  /// Fewer networks than this that diverge may be to blame themselves.
  private static let fewestDiverged = 3

  /// That more than half of the trainings diverge, if they do: then the recipe is to blame.
  ///
  /// Of those alone that a study begins with: how many of the others are known hangs on who
  /// finished first, and what they are, on what went well before.
  package func problemOfRecipe() -> TrainingError? {
    let diverged = firstJobs.compactMap { ledger[$0] }.filter { $0.end == .diverged }
    guard diverged.count >= Self.fewestDiverged, 2 * diverged.count > firstJobs.count else {
      return nil
    }
    return TrainingError(
      .numeric,
      "\(diverged.count) of the first \(firstJobs.count) trainings have diverged (\(diverged[0].reason ?? "")): that is "
        + "the recipe, not the networks; lower schedule.learningRate or set training.clipNorm, and begin "
        + "another study", isShared: true)
  }
}
