import Networks
import Training
import XCTest

final class OptimizerTests: XCTestCase {
  private func state(isAveraging: Bool = false) -> ModelState {
    var architecture = Architecture(Coefficients(width: 0.25, depth: 0.3, resolution: 32))
    architecture.classes = 3
    return ModelState(
      table: architecture.parameterTable, seed: 1, isAveraging: isAveraging, usesMeanSquare: false)
  }

  private func sgd(_ text: String) throws -> OptimizerConfiguration {
    try Configuration(
      yaml: """
        data: {train: none}
        batch: {size: 8, microBatch: 8}
        training: {steps: 1}
        schedule: {learningRate: 1}
        optimizer: {kind: sgd, \(text)}
        """
    ).optimizer
  }

  func testWeightDecaySkipsBatchNormalizationAlone() throws {
    let state = state()
    let zero = [Float](repeating: 0, count: state.weights.count)
    let before = Array(state.weights.values)
    let optimizer = Optimizer(try sgd("momentum: 0, weightDecay: 0.5"), table: state.table)
    optimizer.step(state, gradient: zero, imageCount: 1, rate: 1)
    for tensor in state.table.trainable {
      for i in tensor.range {
        let expected = tensor.kind.isNormalization ? before[i] : before[i] / 2
        XCTAssertEqual(state.weights.start[i], expected, accuracy: 1e-7, tensor.path)
      }
    }
    XCTAssertEqual(state.step, 1)
  }

  func testClippingBoundsTheNormOfTheMeanGradient() throws {
    let state = state()
    let table = state.table
    var gradient = [Float](repeating: 0, count: state.weights.count)
    for tensor in table.trainable { for i in tensor.range { gradient[i] = 8 } }
    let before = Array(state.weights.values)
    let optimizer = Optimizer(
      try sgd("momentum: 0, weightDecay: 0"), table: table, clipNorm: 2)
    optimizer.step(state, gradient: gradient, imageCount: 4, rate: 1)
    let moved = zip(before, state.weights.values).reduce(0.0) {
      $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
    }
    XCTAssertEqual(moved.squareRoot(), 2, accuracy: 1e-3)
  }

  func testTheMovingAverageRampsUp() throws {
    let state = state(isAveraging: true)
    let average = try XCTUnwrap(state.averagedWeights)
    let optimizer = Optimizer(
      try sgd("momentum: 0, weightDecay: 0"), table: state.table, averagingDecay: 0.5)
    let tensor = state.table.trainable[0]
    var expected = Double(average.start[tensor.offset])
    for step in 1...30 {
      state.weights.start[tensor.offset] = Float(step)
      state.step = step
      optimizer.average(state)
      let decay = min(0.5, Double(1 + step) / Double(10 + step))
      expected = decay * expected + (1 - decay) * Double(step)
      XCTAssertEqual(Double(average.start[tensor.offset]), expected, accuracy: 1e-4)
    }
  }
}
