import Foundation
import Studies
import Training
import XCTest

/// How the recipe of a study becomes that of a training.
final class RecipeTests: XCTestCase {
  /// A recipe of a hundred epochs, with a schedule.
  private func recipe(_ schedule: String) throws -> Recipe {
    let configuration = try Configuration(
      yaml: """
        network: {width: 0.25, depth: 0.3, resolution: 32}
        data: {train: none, validation: other, holdOut: 0.2}
        batch: {size: 8, microBatch: 2}
        training: {epochs: 100}
        schedule: {learningRate: 0.5, warmupEpochs: 5, \(schedule)}
        """)
    return Recipe(configuration, classes: 10, dataDigests: [])
  }

  private let kinds = [
    "kind: exponential", "kind: exponential, decayEpochs: 7.5", "kind: cosine", "kind: constant",
    "kind: polynomial",
  ]

  private func rates(_ recipe: Recipe, epochs: Int) throws -> LearningRateSchedule {
    let trial = try recipe.trial(recipe.base, seed: 0, epochs: epochs, on: .heldOut)
    let stepsPerEpoch = 20
    return LearningRateSchedule(
      try recipe.configuration(of: trial).schedule, batchSize: 8,
      stepsPerEpoch: Double(stepsPerEpoch), totalSteps: epochs * stepsPerEpoch)
  }

  func testTheScheduleOfAShortTrainingIsTheWholeOneInLessTime() throws {
    for kind in kinds {
      let recipe = try recipe(kind)
      let (short, whole) = (try rates(recipe, epochs: 10), try rates(recipe, epochs: 100))
      XCTAssertEqual(10 * short.warmupSteps, whole.warmupSteps)
      // None of these steps begins a stair.
      for step in [3, 9, 11, 38, 77, 119, 161, 199] {
        let expected = whole.learningRate(step: 10 * step)
        // The polynomial curve ends a step behind the last one.
        XCTAssertEqual(
          short.learningRate(step: step), expected, accuracy: 0.01 * recipe.run.peak,
          "\(kind), step \(step)")
      }
    }
  }

  func testOnlyTheWarmupIsShortenedWhereTheCurveEndsWithTheTraining() throws {
    for kind in kinds {
      let recipe = try recipe(kind)
      let trial = try recipe.trial(recipe.base, seed: 0, epochs: 10, on: .heldOut)
      let changes = try recipe.configuration(of: trial).entries.filter { entry in
        entry.name.hasPrefix("schedule.")
          && !recipe.run.entries.contains { $0.name == entry.name && $0.value == entry.value }
      }
      XCTAssertEqual(
        changes.map(\.name),
        ["schedule.warmupEpochs"] + (kind.contains("exponential") ? ["schedule.decayEpochs"] : []),
        kind)
    }
  }
}

extension Configuration {
  /// The largest rate of its schedule.
  fileprivate var peak: Double { schedule.peakLearningRate(batchSize: batch.size) }
}
