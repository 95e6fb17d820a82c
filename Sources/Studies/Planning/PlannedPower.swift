import Foundation
import Statistics

/// What a study will be able to show, by its seeds and images alone, and by what is known of its
/// noise.
struct PlannedPower {
  private let study: Study
  private let ledger: Ledger
  private let jobs: [Job]

  init(_ study: Study, _ ledger: Ledger, _ jobs: [Job]) {
    self.study = study
    self.ledger = ledger
    self.jobs = jobs
  }

  private static let power = 0.8
  /// Largest of what a selected network may look better than it is, before that is worth a warning.
  private static let mostOptimism = 0.01

  /// Seeds of the comparison that the study ends with.
  private var seeds: Int {
    let search = study.configuration.search
    return study.kind == .scaling ? search.seeds : search.freshSeeds
  }

  /// Top-1 of the base and its deviation over seeds, where the ledger knows them: of the trainings
  /// that verdicts are by.
  private var base: MeanEstimate? {
    let measured = jobs.filter { job in
      job.trial.network == study.recipe.base && job.trial.images == .validation && job.isWhole
        && job.epochs == study.recipe.epochs
    }
    return MeanEstimate(measured.compactMap { ledger[$0]?.top1 })
  }

  var sentences: [String] {
    var sentences: [String] = []
    let (seeds, images) = (seeds, study.imageCounts.validation)
    func points(_ share: Double) -> String { String(format: "%.2f", 100 * share) + " points" }
    if let sigmas = StudyPower.smallestDifference(
      seeds: seeds, deviation: 1, power: Self.power)
    {
      let known = base?.deviation.map { deviation in
        // Of a difference of two that do not depend on each other.
        ": about \(points(sigmas * 2.0.squareRoot() * deviation)), by the deviation of the base"
      }
      sentences.append(
        "With \(seeds.counted("seed")) a difference of \(String(format: "%.2f", sigmas)) deviations of the "
          + "paired differences is shown with probability \(Self.power)\(known ?? "").")
    } else {
      sentences.append("With one seed no difference can be shown.")
    }
    let accuracy = base?.mean ?? 0.5
    let error = StudyPower.standardError(accuracy: accuracy, images: images)
    sentences.append(
      "\(images.groupedText) validation images tell the accuracy of one trained network, near "
        + "\(String(format: "%.0f", 100 * accuracy)) %, to ±\(points(error)).")
    return sentences
  }

  /// That there are more networks to select from than the images for it can tell apart, if so.
  var warnings: [String] {
    guard study.kind != .scaling else { return [] }
    let selection = jobs.filter { $0.trial.images == .heldOut }
    let count = Set(selection.map(\.trial.network)).count
    let images = study.imageCounts.heldOut
    let optimism =
      StudyPower.standardError(accuracy: base?.mean ?? 0.5, images: images)
      * Self.expectedMaximum(of: count)
    guard optimism > Self.mostOptimism else { return [] }
    return [
      "\(count) networks are more than \(images.groupedText) held-out images can tell apart: the best "
        + "of so many equal ones would look \(String(format: "%.1f", 100 * optimism)) points better than "
        + "it is; hold more images out, or compare fewer networks"
    ]
  }

  /// Mean of the largest of n normal numbers, in deviations (Elfving 1947: the quantile of (n −
  /// π/8) / (n − π/4 + 1)).
  private static func expectedMaximum(of count: Int) -> Double {
    guard count > 1 else { return 0 }
    let n = Double(count)
    return NormalDistribution.quantile((n - .pi / 8) / (n - .pi / 4 + 1))
  }
}
