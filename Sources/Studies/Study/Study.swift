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
  /// Jobs and networks of the ledger as it is.
  private var knownJobs: [Job]?
  private var knownNetworks: [StudyNetwork]?
  /// Those that are known before anything is done, by which the recipe is judged.
  private let firstJobs: [Job]

  package struct ImageCounts: Sendable, Equatable {
    package let training, heldOut, validation: Int
  }

  /// Opens the data and plans.
  ///
  /// - Throws: When data are missing or damaged, or the study asks for what cannot be.
  package init(
    _ kind: StudyKind, _ configuration: StudyConfiguration, _ ledger: Ledger = Ledger(),
    _ sessions: [LedgerLine.Session] = []
  ) throws(TrainingError) {
    self.kind = kind
    self.configuration = configuration
    self.ledger = ledger
    self.sessions = sessions
    let data = try StudyData(configuration.run)
    imageCounts = data.counts
    recipe = Recipe(configuration.run, classes: data.classes, dataDigests: data.digests)
    let parts = StudyParts(configuration, recipe)
    design =
      switch kind {
      case .scaling: try ScalingDesign(parts)
      case .grid: try GridDesign(parts)
      case .architecture: try ArchitectureDesign(parts)
      }
    firstJobs = try design.jobs(Ledger())
    try requireSameImages()
  }

  /// The same study with what another ledger holds.
  init(_ other: Study, from ledger: Ledger) {
    kind = other.kind
    configuration = other.configuration
    design = other.design
    recipe = other.recipe
    imageCounts = other.imageCounts
    firstJobs = other.firstJobs
    self.ledger = ledger
    sessions = other.sessions
  }

  /// Notes what results are computed in from now on.
  func begin(_ session: LedgerLine.Session) {
    if sessions.last != session { sessions.append(session) }
  }

  /// Refuses results on another number of images than the data have.
  private func requireSameImages() throws(TrainingError) {
    for job in try jobs() {
      guard let entry = ledger[job], entry.end == .done, entry.count != measuredImages(job) else {
        continue
      }
      throw TrainingError(
        .data,
        "the ledger has training \(entry.identity) measured on \(entry.count) images, and the data have "
          + "\(measuredImages(job)); begin another study")
    }
  }

  /// Images that a job is measured on.
  package func measuredImages(_ job: Job) -> Int {
    job.trial.images == .heldOut ? imageCounts.heldOut : imageCounts.validation
  }

  /// Notes what a job has come to.
  package func add(_ entry: LedgerEntry) {
    ledger.add(entry)
    (knownJobs, knownNetworks) = (nil, nil)
  }

  /// All jobs that are known to be needed.
  package func jobs() throws(TrainingError) -> [Job] {
    if let knownJobs { return knownJobs }
    let jobs = try design.jobs(ledger)
    knownJobs = jobs
    return jobs
  }

  /// Whether all jobs are done, so that no others can follow.
  package var isFinished: Bool {
    get throws(TrainingError) { ledger.hasAll(try jobs()) }
  }

  /// Networks that are known so far.
  package func networks() throws(TrainingError) -> [StudyNetwork] {
    if let knownNetworks { return knownNetworks }
    let networks = try design.networks(ledger)
    knownNetworks = networks
    return networks
  }

  /// What a network is called.
  package func name(of network: ScaledNetwork) -> String {
    (try? networks())?.first { $0.network == network }?.name ?? "a network"
  }

  /// Epochs that a job adds to what its training has done before.
  func addedEpochs(_ job: Job) -> Int {
    let halving = configuration.halving
    let isContinued = kind == .grid && job.trial.images == .heldOut && halving.mode == .continue
    return job.epochs - (isContinued ? halving.epochs.last { $0 < job.epochs } ?? 0 : 0)
  }

  /// Images that a job trains on.
  func trainedImages(_ job: Job) -> Int { addedEpochs(job) * imageCounts.training }

  /// What a job costs, see ``ScaledNetwork/cost``, and a third of that for each image that it is measured
  /// on.
  func units(_ job: Job) -> Double {
    job.trial.network.cost * (Double(trainedImages(job)) + Double(measuredImages(job)) / 3)
  }

  /// Fewer networks than this that diverge may be to blame themselves.
  private static let fewestDiverged = 3

  /// That more than half of the trainings diverge, if they do: then the recipe is to blame.
  ///
  /// Of those alone that a study begins with: how many of the others are known hangs on who finished
  /// first, and what they are, on what went well before.
  func problemOfRecipe() -> TrainingError? {
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
