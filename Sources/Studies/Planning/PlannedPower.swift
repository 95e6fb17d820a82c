import Foundation
import Statistics

/// What a study will be able to show, by its seeds and images alone, and by what is known of its
/// noise.
package struct PlannedPower {
  private let study: Study
  private let ledger: Ledger
  private let jobs: [Job]

  /// - Parameters:
  ///   - study: The study as it is planned.
  ///   - ledger: What has been measured of it.
  ///   - jobs: All that it is to do.
  package init(_ study: Study, _ ledger: Ledger, _ jobs: [Job]) {
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

  /// Top-1 of each network by seed, as far as the ledger knows it: of the trainings that verdicts
  /// are by.
  private var top1: [ScaledNetwork: [Int: Double]] {
    let measured = jobs.filter { job in
      job.trial.images == .validation && job.isWhole && job.epochs == study.recipe.epochs
    }
    return measured.reduce(into: [:]) { top1, job in
      top1[job.trial.network, default: [:]][job.trial.seed] = ledger[job]?.top1
    }
  }

  /// Mean top-1 of the base; a half where nothing is known.
  private var accuracy: Double { top1[study.recipe.base]?.values.sorted().meanIfAny ?? 0.5 }

  /// Differences of networks from the base over the seeds that both have.
  private var differences: [[Double]] {
    let top1 = top1
    guard let base = top1[study.recipe.base] else { return [] }
    let others = top1.filter { $0.key != study.recipe.base }.sorted { $0.key.cost < $1.key.cost }
    return others.map { _, network in
      network.keys.sorted().compactMap { seed in
        base[seed].flatMap { base in network[seed].map { $0 - base } }
      }
    }.filter { $0.count >= Self.fewestSeeds }
  }

  /// Fewer seeds of a network, and fewer degrees of freedom of all, tell no deviation: that of two
  /// seeds may be a hundredth of what it is of many.
  private static let fewestSeeds = 3
  private static let fewestDegrees = 4

  /// How large a difference of so many deviations is, if the ledger tells a deviation.
  private func size(of sigmas: Double) -> String? {
    let samples = differences
    guard let pooled = PooledDeviation(samples), pooled.degrees >= Self.fewestDegrees else {
      return nil
    }
    return ": about \(Self.points(sigmas * pooled.deviation)), by how much "
      + "\(samples.count.counted("network")) and the base differ over the seeds that are done"
  }

  private static func points(_ share: Double) -> String {
    String(format: "%.2f", 100 * share) + " points"
  }

  /// Smallest differences that can be shown, and other things to know; a sentence each.
  package var sentences: [String] {
    var sentences: [String] = []
    let (seeds, images) = (seeds, study.imageCounts.validation)
    if let sigmas = StudyPower.smallestDifference(
      seeds: seeds, deviation: 1, power: Self.power)
    {
      sentences.append(
        "With \(seeds.counted("seed")) a difference of \(String(format: "%.2f", sigmas)) deviations of the "
          + "paired differences is shown with probability \(Self.power)\(size(of: sigmas) ?? "").")
    } else {
      sentences.append("With one seed no difference can be shown.")
    }
    let accuracy = accuracy
    let error = StudyPower.standardError(accuracy: accuracy, images: images)
    sentences.append(
      "\(images.groupedText) validation images tell the accuracy of one trained network, near "
        + "\(String(format: "%.0f", 100 * accuracy)) %, to ±\(Self.points(error)).")
    return sentences
  }

  /// That there are more networks to select from than the images for it can tell apart, if so.
  package var warnings: [String] {
    guard study.kind != .scaling else { return [] }
    let selection = jobs.filter { $0.trial.images == .heldOut }
    let count = Set(selection.map(\.trial.network)).count
    let images = study.imageCounts.heldOut
    let optimism =
      StudyPower.standardError(accuracy: accuracy, images: images)
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
