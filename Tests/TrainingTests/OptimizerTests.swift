import Networks
import Tensors
import Training
import XCTest

final class OptimizerTests: XCTestCase {
  /// A few roundings of values near 1.
  private let tolerance = 1e-6

  private func state(isAveraging: Bool = false, usesMeanSquare: Bool = false) -> ModelState {
    var architecture = Architecture(Coefficients(width: 0.25, depth: 0.3, resolution: 32))
    architecture.classes = 3
    return ModelState(
      table: architecture.parameterTable, seed: 1, isAveraging: isAveraging,
      usesMeanSquare: usesMeanSquare)
  }

  private func settings(_ text: String) throws -> OptimizerConfiguration {
    try Configuration(
      yaml: """
        data: {train: none}
        batch: {size: 8, microBatch: 8}
        training: {steps: 1}
        schedule: {learningRate: 1}
        optimizer: {\(text)}
        """
    ).optimizer
  }

  private func sgd(_ text: String) throws -> OptimizerConfiguration {
    try settings("kind: sgd, \(text)")
  }

  /// A gradient of random values, zero between the tensors.
  private func gradient(_ table: ParameterTable) -> [Float] {
    var random = CounterRandom(seed: 7, purpose: .synthetic)
    var gradient = [Float](repeating: 0, count: table.trainableSize)
    for tensor in table.trainable {
      for i in tensor.range { gradient[i] = Float(random.uniform(in: -1...1)) }
    }
    return gradient
  }

  func testAStepFollowsItsFormulaInEveryTensor() throws {
    let (imageCount, rate, clipNorm) = (4, 0.5, 2.0)
    for (isAveraging, isClipping) in [(false, false), (true, false), (false, true), (true, true)] {
      for kind in ["rmsprop, decay: 0.75, epsilon: 0.5", "sgd, nesterov: true"] {
        let usesMeanSquare = kind.hasPrefix("rmsprop")
        let state = state(isAveraging: isAveraging, usesMeanSquare: usesMeanSquare)
        let table = state.table
        let gradient = gradient(table)
        XCTAssertTrue(table.trainable.contains { $0.count % vectorWidth != 0 }, "nothing is odd")
        let before = Array(state.weights.values)
        let optimizer = Optimizer(
          try settings("kind: \(kind), momentum: 0.5, weightDecay: 0.125"), table: table,
          averagingDecay: 0.5, clipNorm: isClipping ? clipNorm : nil)
        XCTAssertTrue(
          optimizer.step(state, gradient: gradient, imageCount: imageCount, rate: rate))
        XCTAssertEqual(state.step, 1)
        let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() / 4
        XCTAssertGreaterThan(norm, clipNorm, "there is nothing to clip")
        for tensor in table.trainable {
          for i in tensor.range {
            let g =
              Double(gradient[i]) / 4 * (isClipping ? clipNorm / norm : 1)
              + (tensor.kind.isNormalization ? 0 : 0.125 * Double(before[i]))
            let square = 0.75 + 0.25 * g * g
            let velocity = usesMeanSquare ? rate * g / (square + 0.5).squareRoot() : g
            let change = usesMeanSquare ? velocity : rate * (g + 0.5 * velocity)
            let weight = Double(before[i]) - change
            XCTAssertEqual(
              Double(state.weights.start[i]), weight, accuracy: tolerance, tensor.path)
            XCTAssertEqual(
              Double(state.velocity.start[i]), velocity, accuracy: tolerance, tensor.path)
            if let meanSquare = state.meanSquare {
              XCTAssertEqual(Double(meanSquare.start[i]), square, accuracy: tolerance, tensor.path)
            }
            if let average = state.averagedWeights {
              // After one step the decay is (1 + 1)/(10 + 1).
              XCTAssertEqual(
                Double(average.start[i]), (2 * Double(before[i]) + 9 * weight) / 11,
                accuracy: tolerance, tensor.path)
            }
          }
          for gap in tensor.range.upperBound..<tensor.offset + channelStride(tensor.count) {
            for arena in [state.weights, state.velocity, state.averagedWeights].compactMap(\.self) {
              XCTAssertEqual(arena.start[gap], 0, "behind \(tensor.path)")
            }
          }
        }
      }
    }
  }

  func testAGradientThatIsNotFiniteChangesNothing() throws {
    let state = state(isAveraging: true, usesMeanSquare: true)
    let before = state.sha256
    let optimizer = Optimizer(
      try settings("kind: rmsprop"), table: state.table, averagingDecay: 0.5, clipNorm: 1)
    for value in [Float.infinity, .nan, 1e30] {
      var gradient = gradient(state.table)
      gradient[state.table.trainable[state.table.trainable.count - 1].offset] = value
      XCTAssertFalse(optimizer.step(state, gradient: gradient, imageCount: 1, rate: 1))
      XCTAssertEqual(state.sha256, before)
      XCTAssertEqual(state.step, 0)
    }
  }

  func testWeightDecaySkipsBatchNormalizationAlone() throws {
    let state = state()
    let zero = [Float](repeating: 0, count: state.weights.count)
    let before = Array(state.weights.values)
    let optimizer = Optimizer(try sgd("momentum: 0, weightDecay: 0.5"), table: state.table)
    XCTAssertTrue(optimizer.step(state, gradient: zero, imageCount: 1, rate: 1))
    for tensor in state.table.trainable {
      for i in tensor.range {
        let expected = tensor.kind.isNormalization ? before[i] : before[i] / 2
        XCTAssertEqual(state.weights.start[i], expected, accuracy: 1e-7, tensor.path)
      }
    }
  }

  func testClippingBoundsTheNormOfTheMeanGradient() throws {
    let state = state()
    let table = state.table
    var gradient = [Float](repeating: 0, count: state.weights.count)
    for tensor in table.trainable { for i in tensor.range { gradient[i] = 8 } }
    let before = Array(state.weights.values)
    let optimizer = Optimizer(
      try sgd("momentum: 0, weightDecay: 0"), table: table, clipNorm: 2)
    XCTAssertTrue(optimizer.step(state, gradient: gradient, imageCount: 4, rate: 1))
    let moved = zip(before, state.weights.values).reduce(0.0) {
      $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
    }
    XCTAssertEqual(moved.squareRoot(), 2, accuracy: 1e-3)
  }

  func testTheMovingAveragesRampUp() throws {
    let state = state(isAveraging: true)
    let weights = try XCTUnwrap(state.averagedWeights)
    let statistics = try XCTUnwrap(state.averagedStatistics)
    let optimizer = Optimizer(
      try sgd("momentum: 0, weightDecay: 0"), table: state.table, averagingDecay: 0.5)
    let zero = [Float](repeating: 0, count: state.weights.count)
    var expected = [Double(weights.start[0]), Double(statistics.start[0])]
    for step in 1...30 {
      state.weights.start[0] = Float(step)
      state.statistics.start[0] = Float(-step)
      XCTAssertTrue(optimizer.step(state, gradient: zero, imageCount: 1, rate: 1))
      optimizer.averageStatistics(state)
      let decay = min(0.5, Double(1 + step) / Double(10 + step))
      expected[0] = decay * expected[0] + (1 - decay) * Double(step)
      expected[1] = decay * expected[1] - (1 - decay) * Double(step)
      XCTAssertEqual(Double(weights.start[0]), expected[0], accuracy: 1e-4)
      XCTAssertEqual(Double(statistics.start[0]), expected[1], accuracy: 1e-4)
    }
  }
}
