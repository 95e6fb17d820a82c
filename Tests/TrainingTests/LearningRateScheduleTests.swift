import Foundation
import Training
import XCTest

final class LearningRateScheduleTests: XCTestCase {
  private func schedule(
    _ keys: String, batchSize: Int = 256, stepsPerEpoch: Double, totalSteps: Int
  ) throws -> LearningRateSchedule {
    let configuration = try Configuration(
      yaml: """
        data: {train: shards}
        batch: {size: \(batchSize), microBatch: \(batchSize)}
        training: {steps: 1}
        schedule: {\(keys)}
        """)
    return LearningRateSchedule(
      configuration.schedule, batchSize: batchSize, stepsPerEpoch: stepsPerEpoch,
      totalSteps: totalSteps)
  }

  func testOfficialRecipeCarriesTwoDecaysAfterItsWarmup() throws {
    // 350 epochs of ImageNet in batches of 2048.
    let rate = try schedule(
      "kind: exponential, learningRatePer256: 0.016, warmupEpochs: 5", batchSize: 2048,
      stepsPerEpoch: 1_281_167 / 2048.0, totalSteps: 218_949)
    XCTAssertEqual(rate.peak, 0.128)
    XCTAssertEqual(rate.warmupSteps, 3127)
    XCTAssertEqual(rate.learningRate(step: 0), 0)
    XCTAssertEqual(rate.learningRate(step: 1), 0.128 / 3127, accuracy: 1e-15)
    XCTAssertEqual(rate.learningRate(step: 3126), 0.128 * 3126 / 3127, accuracy: 1e-15)
    XCTAssertEqual(rate.learningRate(step: 3127), 0.128 * 0.97 * 0.97, accuracy: 1e-15)
    // A stair is 1501.37 steps: the third ends between 4504 and 4505.
    XCTAssertEqual(rate.learningRate(step: 4504), 0.128 * 0.97 * 0.97, accuracy: 1e-15)
    XCTAssertEqual(rate.learningRate(step: 4505), 0.128 * pow(0.97, 3), accuracy: 1e-15)
    XCTAssertEqual(rate.learningRate(step: 218_948), 0.128 * pow(0.97, 145), accuracy: 1e-15)
  }

  func testPolynomialEndsAtAnAbsoluteRate() throws {
    let rate = try schedule(
      "kind: polynomial, learningRatePer256: 0.081, warmupEpochs: 43", batchSize: 65_536,
      stepsPerEpoch: 1_281_167 / 65_536.0, totalSteps: 6842)
    let peak = 0.081 * 256
    XCTAssertEqual(rate.peak, peak, accuracy: 1e-12)
    XCTAssertEqual(rate.warmupSteps, 840)
    XCTAssertEqual(rate.learningRate(step: 420), peak / 2, accuracy: 1e-12)
    XCTAssertEqual(rate.learningRate(step: 840), peak, accuracy: 1e-12)
    for step in [841, 3000, 6841] {
      let left = 1 - Double(step - 840) / Double(6842 - 840 + 1)
      XCTAssertEqual(
        rate.learningRate(step: step), 0.1 + (peak - 0.1) * left * left, accuracy: 1e-12)
    }
    XCTAssertEqual(rate.learningRate(step: 10_000), 0.1)
  }

  func testCosineFallsFromThePeakToItsEnd() throws {
    let rate = try schedule(
      "kind: cosine, learningRate: 0.4, warmupEpochs: 2.5, endLearningRate: 0.1", stepsPerEpoch: 8,
      totalSteps: 100)
    XCTAssertEqual(rate.warmupSteps, 20)
    XCTAssertEqual(rate.learningRate(step: 10), 0.2, accuracy: 1e-15)
    XCTAssertEqual(rate.learningRate(step: 20), 0.4, accuracy: 1e-15)
    XCTAssertEqual(rate.learningRate(step: 60), 0.25, accuracy: 1e-15)
    XCTAssertEqual(rate.learningRate(step: 100), 0.1, accuracy: 1e-15)
    let early = try schedule("kind: cosine, learningRate: 0.4", stepsPerEpoch: 8, totalSteps: 90)
    XCTAssertEqual(early.learningRate(step: 0), 0.4)
    XCTAssertEqual(early.learningRate(step: 30), 0.4 * 0.75, accuracy: 1e-15)
  }

  func testConstantStaysAtThePeak() throws {
    let rate = try schedule(
      "kind: constant, learningRatePer256: 0.1, warmupEpochs: 1", batchSize: 64, stepsPerEpoch: 4.5,
      totalSteps: 9)
    XCTAssertEqual((0..<6).map(rate.learningRate), [0, 0.25, 0.5, 0.75, 1, 1].map { $0 * 0.025 })
  }
}
