import Boundary
import HDF5
import Kernels
package import MPI
import Networks
import Tensors

/// Runs a network against a file of float64-computed values: scores, loss, every gradient, every
/// batch statistic, and optimizer steps.
package struct ReferenceVerification {
  /// One compared quantity.
  package struct Check: Sendable {
    /// What was compared.
    package let name: String
    /// Largest absolute difference over the largest absolute expected value.
    package let error: Double
    /// What is allowed.
    package let tolerance: Double
    /// Whether it holds; a NaN does not.
    package var holds: Bool { error <= tolerance }
  }

  // Each is about five times the worst that the references of both families show.

  /// Scores and losses: a few hundred float32 roundings deep; at worst 3.8e-6.
  package static let valueTolerance = 2e-5
  /// Gradients, of the largest value in their tensor: differences of large sums; at worst 3.7e-5.
  package static let gradientTolerance = 1.5e-4
  /// Statistics and stepped weights, of the largest value in their tensor; at worst 6.2e-6.
  package static let stateTolerance = 3e-5

  /// All comparisons, those of all ranks joined.
  package private(set) var checks: [Check] = []

  /// The activation that the file was computed with.
  package private(set) var activation = Activation.swish
  /// Whether the file does not say so, and its scores do.
  package private(set) var isActivationRecognized = false

  /// Whether every comparison holds.
  package var holds: Bool { checks.allSatisfy(\.holds) }

  /// Compares with the reference at `path` on all ranks of `communicator`.
  ///
  /// - Parameter microBatch: Images of a micro-batch; nil for one, which makes the deepest tree.
  /// - Throws: When the file is not a reference, or there are more ranks than images.
  package init(
    path: String, microBatch: Int? = nil, communicator: Communicator
  ) throws(TrainingError) {
    do {
      let reference = try ReferenceFile(path)
      try compare(reference, microBatch, communicator)
    } catch let fault as any Fault {
      throw TrainingError(fault)
    } catch {
      throw TrainingError(.data, "\(path): \(error)")
    }
  }

  private mutating func compare(
    _ reference: ReferenceFile, _ microBatch: Int?, _ communicator: Communicator
  ) throws {
    let batch = reference.batch
    let microBatch = microBatch ?? 1
    let microBatchCount = batch / max(microBatch, 1)
    guard microBatch >= 1, batch % microBatch == 0, communicator.size <= microBatchCount else {
      throw TrainingError(
        .usage,
        "\(reference.path): a batch of \(batch) in micro-batches of \(microBatch) "
          + "cannot be verified on \(communicator.size) ranks; use a divisor of \(batch), and at "
          + "most as many ranks as micro-batches")
    }
    let architecture = try recognize(reference)
    let layout = BatchLayout(
      microBatchCount: microBatchCount, microBatchSize: microBatch,
      rank: communicator.rank, rankCount: communicator.size)
    let exchange = try RankExchange(communicator, microBatchCount: microBatchCount)
    let state = try ModelState(
      table: architecture.parameterTable, seed: 0, isAveraging: false, usesMeanSquare: true)
    let network = try EfficientNet(
      architecture, layout: layout, exchange: exchange, weights: state.weights)
    try reference.load(state)
    let runs = network.beginBatch(imageCount: reference.batch)
    try reference.fill(network, runs)

    let evaluation = try EvaluationNetwork(
      architecture, capacity: layout.capacity, weights: state.weights,
      statistics: state.statistics)
    evaluation.images.start.update(from: network.images.start, count: network.images.count)
    _ = evaluation.beginBatch(imageCount: layout.capacity)
    evaluation.predict()
    try compareLogits("eval/logits", evaluation, runs, reference)

    let rates = reference.optimizer
    var errors: [(String, Double, Double)] = []
    let optimizer = Optimizer(rates.settings, table: state.table)
    for step in 0..<rates.steps {
      try network.trainForward(key: nil)
      if step == 0 { try compareLogits("train/logits", network, runs, reference) }
      let totals = try network.trainBackward(smoothing: reference.labelSmoothing)
      let loss = try sum(totals.map(\.loss), layout, exchange) / Double(reference.batch)
      errors.append(
        (
          "rmsprop/losses[\(step)]", abs(loss - rates.losses[step]) / abs(rates.losses[step]),
          Self.valueTolerance
        ))
      if step == 0 { try compareStep(network, loss, reference) }
      // Without a finite gradient there is no step, and the comparison of the weights fails.
      _ = optimizer.step(
        state, gradient: network.gradient, imageCount: reference.batch, rate: rates.learningRate)
    }
    checks += errors.map { Check(name: $0.0, error: $0.1, tolerance: $0.2) }
    for tensor in state.table.trainable {
      try compareTensor(
        "rmsprop/weights_after", tensor, state.weights.start, 1, Self.stateTolerance, reference)
    }
    try joinRanks(communicator)
  }

  /// The network of the file, with the activation that its scores in evaluation show where it does
  /// not name one: that with which the first image comes nearest to them.
  private mutating func recognize(_ reference: ReferenceFile) throws -> Architecture {
    var architecture = reference.architecture
    activation = architecture.activation
    if reference.namesActivation { return architecture }
    let state = try ModelState(
      table: architecture.parameterTable, seed: 0, isAveraging: false, usesMeanSquare: false)
    try reference.load(state)
    let expected = try reference.values(
      "eval/logits", count: reference.batch * architecture.classes)
    var best = Double.infinity
    for candidate in [Activation.swish, .relu6, .identity] {
      architecture.activation = candidate
      let network = try EvaluationNetwork(
        architecture, capacity: 1, weights: state.weights, statistics: state.statistics)
      try reference.fill(network.images, with: 0..<1)
      _ = network.beginBatch(imageCount: 1)
      network.predict()
      let error = Self.error(
        network.logits(ofImage: 0).map(Double.init), Array(expected[..<architecture.classes]))
      if error < best { (best, activation) = (error, candidate) }
    }
    isActivationRecognized = activation != reference.architecture.activation
    architecture.activation = activation
    return architecture
  }

  /// Compares loss, gradients and statistics of the first step.
  private mutating func compareStep(
    _ network: EfficientNet, _ loss: Double, _ reference: ReferenceFile
  ) throws {
    let expected = try reference.scalar("train/loss")
    checks.append(
      Check(
        name: "train/loss", error: abs(loss - expected) / abs(expected),
        tolerance: Self.valueTolerance))
    for tensor in network.table.trainable {
      try compareTensor(
        "train/gradients", tensor, network.gradient, 1 / Float(reference.batch),
        Self.gradientTolerance, reference)
    }
    for (layer, mean, variance) in network.batchStatistics {
      try compareValues("train/batch_mean/\(layer)", mean, Self.stateTolerance, reference)
      try compareValues("train/batch_variance/\(layer)", variance, Self.stateTolerance, reference)
    }
  }

  private mutating func compareTensor(
    _ group: String, _ tensor: ParameterTable.Tensor, _ arena: UnsafePointer<Float>,
    _ factor: Float, _ tolerance: Double, _ reference: ReferenceFile
  ) throws {
    let values = (0..<tensor.count).map { Double(arena[tensor.offset + $0] * factor) }
    var scale = 0.0
    if tensor.kind == .beta {
      // Behind a linear bottleneck the gradient of β is zero by symmetry: a sum that cancels, of
      // terms the size of those of γ.
      let gamma = try reference.values("\(group)/\(tensor.layer)/gamma:0", count: tensor.count)
      scale = gamma.map(abs).max() ?? 0
    }
    try compareValues("\(group)/\(tensor.path):0", values, tolerance, reference, atLeast: scale)
  }

  private mutating func compareValues(
    _ path: String, _ values: [Double], _ tolerance: Double, _ reference: ReferenceFile,
    atLeast scale: Double = 0
  ) throws {
    let expected = try reference.values(path, count: values.count)
    checks.append(
      Check(
        name: path, error: Self.error(values, expected, atLeast: scale),
        tolerance: tolerance))
  }

  private mutating func compareLogits(
    _ path: String, _ network: any ImageBatch, _ runs: [LocalRun],
    _ reference: ReferenceFile
  ) throws {
    let classes = reference.architecture.classes
    let all = try reference.values(path, count: reference.batch * classes)
    var (found, expected): ([Double], [Double]) = ([], [])
    for run in runs {
      for (offset, position) in run.positions.enumerated() {
        found += network.logits(ofImage: run.firstImage + offset).map(Double.init)
        expected += all[position * classes..<(position + 1) * classes]
      }
    }
    checks.append(
      Check(name: path, error: Self.error(found, expected), tolerance: Self.valueTolerance))
  }

  /// Largest difference over the largest expected value, or over `scale` if that is larger.
  private static func error(
    _ values: [Double], _ expected: [Double], atLeast scale: Double = 0
  ) -> Double {
    let scale = max(scale, expected.map(abs).max() ?? 0)
    let worst = worst(zip(values, expected).map { abs($0 - $1) })
    return scale > 0 ? worst / scale : worst
  }

  /// The largest error; NaN if there is one.
  private static func worst(_ errors: [Double]) -> Double {
    errors.reduce(0) { $1 > $0 || $1.isNaN ? $1 : $0 }
  }

  private func sum(
    _ values: [Double], _ layout: BatchLayout, _ exchange: RankExchange
  ) throws -> Double {
    var leaves = values
    try exchange.combine(
      &leaves, size: 1, kind: .sums, plan: layout.batchPlan, microBatches: layout.microBatches)
    return leaves[0]
  }

  /// Keeps the worst error of all ranks for each comparison.
  private mutating func joinRanks(_ communicator: Communicator) throws {
    let errors = checks.map(\.error)
    let all = try communicator.allGather(errors)
    checks = checks.enumerated().map { index, check in
      let own = stride(from: index, to: all.count, by: errors.count).map { all[$0] }
      return Check(name: check.name, error: Self.worst(own), tolerance: check.tolerance)
    }
  }
}
