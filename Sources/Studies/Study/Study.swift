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
  /// The jobs of the ledger as it is.
  private var knownJobs: [Job]?
  /// Those that are known before anything is done, by which the recipe is judged.
  private let firstJobs: [Job]

  package struct ImageCounts: Sendable, Equatable {
    package let training, heldOut, validation: Int
  }

  /// Opens the data and plans.
  ///
  /// - Throws: When data are missing or damaged, or the study asks for what cannot be.
  package init(
    _ kind: StudyKind, _ configuration: StudyConfiguration, _ ledger: Ledger = Ledger()
  ) throws(TrainingError) {
    self.kind = kind
    self.configuration = configuration
    self.ledger = ledger
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
  func measuredImages(_ job: Job) -> Int {
    job.trial.images == .heldOut ? imageCounts.heldOut : imageCounts.validation
  }

  /// Notes what a job has come to.
  package func add(_ entry: LedgerEntry) {
    ledger.add(entry)
    knownJobs = nil
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
  package func networks() throws(TrainingError) -> [StudyNetwork] { try design.networks(ledger) }

  /// What a network is called.
  package func name(of network: ScaledNetwork) -> String {
    (try? networks())?.first { $0.network == network }?.name ?? "a network"
  }

  /// What a job costs, see ``ScaledNetwork/cost``: passes over the images of its epochs after the rung before, and
  /// a third of that for each image that it is measured on.
  func units(_ job: Job) -> Double {
    let before = configuration.halving.epochs.last { $0 < job.epochs } ?? 0
    let isContinued = configuration.halving.mode == .continue && job.trial.epochs == recipe.epochs
    let epochs = job.epochs - (isContinued && kind == .grid ? before : 0)
    return job.trial.network.cost
      * (Double(epochs * imageCounts.training) + Double(measuredImages(job)) / 3)
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
