import Foundation
import Networks
import Tensors
import Training
import XCTest

/// The recipes in `Configs`, read as a user reads them.
final class RecipeTests: XCTestCase {
  /// ImageNet's training images.
  private let imageCount = 1_281_167
  /// Double arithmetic in another order.
  private let rateTolerance = 1e-14
  /// A few roundings of float values, relative to their size.
  private let stepTolerance = 1e-6

  private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Configs")

  private func recipe(_ name: String) throws -> Configuration {
    try Configuration(contentsOf: folder.appending(path: "\(name).yaml").path)
  }

  func testEveryFileIsRight() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }
    XCTAssertGreaterThan(names.count, 10)
    // Those of studies have sections that no run has, and a test with those.
    for name in names where !name.hasSuffix("-letters.yaml") && !name.hasPrefix("study-") {
      XCTAssertNoThrow(
        try Configuration(contentsOf: folder.appending(path: name).path), name)
    }
  }

  func testEveryVariantTrainsByTheOfficialRecipe() throws {
    let b0 = try recipe("b0")
    for variant in [Variant.b0, .b1, .b2, .b3, .b4, .b5, .b6, .b7] {
      let recipe = try recipe(variant.rawValue)
      XCTAssertEqual(recipe.network.model, variant)
      XCTAssertEqual(recipe.batch.size, 4096)
      XCTAssertEqual(recipe.training, b0.training)
      XCTAssertEqual(recipe.optimizer, b0.optimizer)
      XCTAssertEqual(recipe.schedule, b0.schedule)
      XCTAssertEqual(recipe.averaging, b0.averaging)
      XCTAssertEqual(recipe.network.batchNormGroup, 128)
    }
  }

  func testTheSecondFamilyGrowsAsPublished() throws {
    let (small, base) = (try recipe("v2-s"), try recipe("v2-b0"))
    XCTAssertEqual(
      (0..<4).map { small.stage($0).network.resolution ?? 300 }, [128, 185, 243, 300])
    XCTAssertEqual((0..<4).map { small.stage($0).data.policyMagnitude.rounded() }, [5, 8, 12, 15])
    XCTAssertEqual(
      (0..<4).map { base.stage($0).network.resolution ?? 192 }, [128, 149, 171, 192])
    for index in 0..<4 {
      XCTAssertEqual(base.stage(index).network.dropout ?? 0.2, 0.2, accuracy: 1e-12)
    }
    for recipe in [small, base] {
      XCTAssertEqual(recipe.optimizer, try self.recipe("b0").optimizer)
      XCTAssertEqual(recipe.schedule, try self.recipe("b0").schedule)
      XCTAssertEqual(recipe.training.epochs, 350)
    }
  }

  /// Learning rate of the official code, written out: 0.016 for 256 images, five epochs of warm-up,
  /// a factor of 0.97 every 2.4 epochs counted from the first step.
  private func officialRate(_ step: Int) -> Double {
    let peak = 0.016 * 4096 / 256
    let stepsPerEpoch = Double(imageCount) / 4096
    let warmup = Int(5 * stepsPerEpoch)
    if step < warmup { return peak * Double(step) / Double(warmup) }
    var rate = peak
    for _ in 0..<Int(Double(step) / (2.4 * stepsPerEpoch)) { rate *= 0.97 }
    return rate
  }

  func testLearningRateAveragesAndStepsFollowTheOfficialFormulae() throws {
    let recipe = try recipe("b0")
    let epochs = try XCTUnwrap(recipe.training.epochs)
    XCTAssertEqual(epochs, 350)
    let stepsPerEpoch = Double(imageCount) / Double(recipe.batch.size)
    let totalSteps = epochs * Int(stepsPerEpoch.rounded(.up))
    XCTAssertEqual(totalSteps, 109_550)
    let schedule = LearningRateSchedule(
      recipe.schedule, batchSize: recipe.batch.size, stepsPerEpoch: stepsPerEpoch,
      totalSteps: totalSteps)
    XCTAssertEqual(schedule.warmupSteps, 1563)
    // A stair is 750.68 steps: the third begins between 1501 and 1502, the fourth between 2252 and
    // 2253. The warm-up ends on the third.
    XCTAssertEqual(officialRate(1563), 0.256 * 0.97 * 0.97, accuracy: rateTolerance)
    XCTAssertEqual(officialRate(2253) / officialRate(2252), 0.97, accuracy: rateTolerance)
    let steps = [0, 1, 781, 1562, 1563, 2252, 2253, totalSteps / 2, totalSteps - 1]
    for step in steps {
      let rate = schedule.learningRate(step: step)
      XCTAssertEqual(rate, officialRate(step), accuracy: rateTolerance, "step \(step)")
      try checkStep(step, recipe, rate: rate)
    }
    XCTAssertEqual(officialRate(0), 0)
    XCTAssertEqual(officialRate(1), 0.256 / 1563, accuracy: rateTolerance)
  }

  /// Takes the step after `step` others, from made-up moments, and compares every tensor with
  ///
  ///     s ← 0.9·s + 0.1·g²,  v ← 0.9·v + rate·g/√(s + 0.001),  w ← w − v,  a ← d·a + (1 − d)·w
  ///
  /// where g is the mean gradient, with 1e-5·w outside of batch normalisation, and
  /// d = min(0.9999, (1 + t)/(10 + t)) after t steps.
  private func checkStep(_ step: Int, _ recipe: Configuration, rate: Double) throws {
    var architecture = Architecture(
      .v1, Coefficients(width: 0.25, depth: 0.3, resolution: 32))
    architecture.classes = 3
    let table = architecture.parameterTable
    let state = try ModelState(
      table: table, seed: 1, isAveraging: recipe.averaging.decay > 0,
      usesMeanSquare: recipe.optimizer.kind == .rmsprop)
    let average = try XCTUnwrap(state.averagedWeights)
    let meanSquare = try XCTUnwrap(state.meanSquare)
    let statistics = try XCTUnwrap(state.averagedStatistics)
    if step == 0 {
      XCTAssertTrue(table.trainable.allSatisfy { meanSquare.start[$0.offset] == 1 })
      XCTAssertTrue(state.velocity.values.allSatisfy { $0 == 0 })
    }
    var random = CounterRandom(seed: 2, sample: step, purpose: .synthetic)
    var gradient = [Float](repeating: 0, count: table.trainableSize)
    for i in table.trainable.flatMap(\.range) {
      gradient[i] = Float(random.uniform(in: -4096...4096))
      guard step > 0 else { continue }
      meanSquare.start[i] = Float(random.uniform())
      state.velocity.start[i] = Float(random.uniform(in: -0.1...0.1))
      average.start[i] = Float(random.uniform(in: -1...1))
    }
    state.statistics.values.update(repeating: 0.5)
    statistics.values.update(repeating: 0.25)
    let (w, s) = (state.weights.values.map(Double.init), meanSquare.values.map(Double.init))
    let (v, a) = (state.velocity.values.map(Double.init), average.values.map(Double.init))
    state.step = step
    let optimizer = Optimizer(
      recipe.optimizer, table: table, averagingDecay: recipe.averaging.decay,
      clipNorm: recipe.training.clipNorm)
    XCTAssertTrue(
      optimizer.step(state, gradient: gradient, imageCount: recipe.batch.size, rate: rate))
    optimizer.averageStatistics(state)
    let t = Double(step + 1)
    let d = min(0.9999, (1 + t) / (10 + t))
    for tensor in table.trainable {
      let isNormalization = tensor.name == "gamma" || tensor.name == "beta"
      for i in tensor.range {
        let g = Double(gradient[i]) / 4096 + (isNormalization ? 0 : 1e-5 * w[i])
        let square = 0.9 * s[i] + 0.1 * g * g
        let velocity = 0.9 * v[i] + rate * g / (square + 0.001).squareRoot()
        let weight = w[i] - velocity
        for (found, expected) in [
          (meanSquare, square), (state.velocity, velocity), (state.weights, weight),
          (average, d * a[i] + (1 - d) * weight),
        ] {
          XCTAssertEqual(
            Double(found.start[i]), expected, accuracy: stepTolerance * max(1, abs(expected)),
            "step \(step), \(tensor.path)")
        }
      }
    }
    let first = try XCTUnwrap(table.statistics.first).offset
    XCTAssertEqual(
      Double(statistics.start[first]), d * 0.25 + (1 - d) * 0.5, accuracy: stepTolerance)
  }

  func testLargeBatchesFollowTheOfficialPolynomial() throws {
    for name in ["b0-lars", "b2-lars"] {
      let recipe = try recipe(name)
      XCTAssertEqual(recipe.optimizer.kind, .lars)
      XCTAssertEqual(recipe.optimizer.momentum, 0.9)
      XCTAssertEqual(recipe.optimizer.trustCoefficient, 0.001)
      XCTAssertEqual(recipe.optimizer.epsilon, 0)
      let stepsPerEpoch = Double(imageCount) / 16_384
      let (warmup, total) = (Int(50 * stepsPerEpoch), 350 * 79)
      let schedule = LearningRateSchedule(
        recipe.schedule, batchSize: recipe.batch.size, stepsPerEpoch: stepsPerEpoch,
        totalSteps: total)
      let peak = 0.236 * 64
      XCTAssertEqual(schedule.learningRate(step: warmup), peak, accuracy: rateTolerance)
      for step in [warmup + 1, total / 2, total - 1] {
        let left = 1 - Double(step - warmup) / Double(total - warmup + 1)
        XCTAssertEqual(
          schedule.learningRate(step: step), (peak - 0.1) * left * left + 0.1,
          accuracy: rateTolerance)
      }
    }
  }
}
