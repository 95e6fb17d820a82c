import Networks
import Tensors
import Training
import XCTest

final class OptimizerTests: XCTestCase {
  /// A few roundings of values near 1.
  private let tolerance = 1e-6

  private func state(isAveraging: Bool = false, usesMeanSquare: Bool = false) throws -> ModelState {
    var architecture = Architecture(
      .v1, Coefficients(width: 0.25, depth: 0.3, resolution: 32))
    architecture.classes = 3
    return try ModelState(
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
        let state = try state(isAveraging: isAveraging, usesMeanSquare: usesMeanSquare)
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

  /// Two steps of every tensor, each with a trust ratio of its own, against the formulae in
  /// doubles.
  func testLARSFollowsItsFormulaInEveryTensor() throws {
    let (rate, eta, decay, epsilon, momentum) = (0.5, 0.25, 0.125, 0.01, 0.5)
    for (isNesterov, clipNorm) in [(false, nil), (true, nil), (false, 2.0)] as [(Bool, Double?)] {
      let state = try state(isAveraging: true)
      let table = state.table
      let gradient = gradient(table)
      let optimizer = Optimizer(
        try settings(
          "kind: lars, trustCoefficient: \(eta), weightDecay: \(decay), epsilon: \(epsilon), "
            + "momentum: \(momentum), nesterov: \(isNesterov)"), table: table,
        averagingDecay: 0.5, clipNorm: clipNorm)
      let total = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() / 4
      let scale = clipNorm.map { $0 / total / 4 } ?? 0.25
      var weights = state.weights.values.map(Double.init)
      var velocity = weights.map { _ in 0.0 }
      for _ in 0..<2 {
        XCTAssertTrue(optimizer.step(state, gradient: gradient, imageCount: 4, rate: rate))
        for tensor in table.trainable {
          let isPlain = tensor.kind.isNormalization || tensor.kind == .bias
          let norm = tensor.range.reduce(0) { $0 + weights[$1] * weights[$1] }.squareRoot()
          let gradientNorm =
            tensor.range.reduce(0) { $0 + Double(gradient[$1]) * Double(gradient[$1]) }
            .squareRoot() * scale
          let trust = isPlain ? 1 : eta * norm / (gradientNorm + decay * norm + epsilon)
          XCTAssertTrue(isPlain || (norm > 0 && abs(trust - 1) > 0.01), "\(tensor.path): \(trust)")
          for i in tensor.range {
            let g = Double(gradient[i]) * scale + (isPlain ? 0 : decay * weights[i])
            velocity[i] = momentum * velocity[i] + rate * trust * g
            weights[i] -= isNesterov ? rate * trust * g + momentum * velocity[i] : velocity[i]
            XCTAssertEqual(
              Double(state.velocity.start[i]), velocity[i], accuracy: tolerance, tensor.path)
            XCTAssertEqual(
              Double(state.weights.start[i]), weights[i], accuracy: tolerance, tensor.path)
          }
        }
      }
    }
  }

  /// ‖w‖ = 5 and ‖g‖ = 10, so that trust is 0.5·5/(10 + 0.5·5) = 0.2; the numbers by hand.
  func testLARSByHand() throws {
    let state = try state()
    let table = state.table
    var gradient = [Float](repeating: 0, count: state.weights.count)
    let (kernel, bias) = (
      table.trainable[0].offset, table.trainable[table.trainable.count - 1].offset
    )
    state.weights.values.update(repeating: 0)
    (state.weights.start[kernel], state.weights.start[kernel + 1]) = (3, 4)
    (gradient[kernel], gradient[kernel + 1]) = (12, 16)
    // A tensor that is all zero has no norm to trust, a bias is not asked for it.
    let zero = table.trainable[3].offset
    gradient[zero] = 2
    state.weights.start[bias] = 8
    gradient[bias] = 2
    let optimizer = Optimizer(
      try settings("kind: lars, trustCoefficient: 0.5, weightDecay: 0.5, momentum: 0.5"),
      table: table)
    XCTAssertTrue(optimizer.step(state, gradient: gradient, imageCount: 2, rate: 0.5))
    // 0.5·0.2·(6 + 0.5·3) = 0.75 and 0.5·0.2·(8 + 0.5·4) = 1.
    XCTAssertEqual(state.weights.start[kernel], 2.25, accuracy: Float(tolerance))
    XCTAssertEqual(state.weights.start[kernel + 1], 3, accuracy: Float(tolerance))
    XCTAssertEqual(state.velocity.start[kernel + 1], 1, accuracy: Float(tolerance))
    XCTAssertEqual(state.weights.start[zero], -0.5, accuracy: Float(tolerance))
    XCTAssertEqual(state.weights.start[bias], 7.5, accuracy: Float(tolerance))
    // Half of the last steps remain when there is no gradient, and the decay with a trust of 1.
    gradient = gradient.map { _ in 0 }
    XCTAssertTrue(optimizer.step(state, gradient: gradient, imageCount: 2, rate: 0.5))
    XCTAssertEqual(
      state.weights.start[kernel], 2.25 - 0.375 - 0.5 * 0.5 * 2.25, accuracy: Float(tolerance))
    XCTAssertEqual(state.weights.start[bias], 7.25, accuracy: Float(tolerance))
  }

  func testAGradientThatIsNotFiniteChangesNothing() throws {
    let state = try state(isAveraging: true, usesMeanSquare: true)
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
    let state = try state()
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
    let state = try state()
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

  func testFrozenTensorsKeepTheirBitsAndTheBackboneHasARateOfItsOwn() throws {
    for kind in ["rmsprop", "sgd", "lars"] {
      let usesMeanSquare = kind == "rmsprop"
      let (slow, full) = (
        try state(usesMeanSquare: usesMeanSquare), try state(usesMeanSquare: usesMeanSquare)
      )
      let table = slow.table
      let before = Array(slow.weights.values)
      let first = table.trainable[20].offset
      // What is frozen has no gradient, and whatever stands there is not looked at.
      var gradient = gradient(table)
      for i in 0..<first { gradient[i] = .nan }
      let settings = try settings("kind: \(kind), momentum: 0")
      for (state, rate) in [(slow, 0.25), (full, 1)] {
        let optimizer = Optimizer(
          settings, table: table, clipNorm: 1000, firstTrained: first, backboneRate: rate)
        XCTAssertTrue(optimizer.step(state, gradient: gradient, imageCount: 1, rate: 0.5))
      }
      for tensor in table.trainable {
        for i in tensor.range {
          let (part, whole) = (slow.weights.start[i], full.weights.start[i])
          if i < first {
            XCTAssertEqual(part.bitPattern, before[i].bitPattern, tensor.path)
          } else if tensor.isClassifier {
            XCTAssertEqual(part.bitPattern, whole.bitPattern, tensor.path)
          } else {
            XCTAssertEqual(
              Double(part - before[i]), Double(whole - before[i]) / 4, accuracy: tolerance,
              tensor.path)
          }
        }
      }
    }
  }

  func testTheMovingAveragesRampUp() throws {
    let state = try state(isAveraging: true)
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
