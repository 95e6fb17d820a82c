import MPI
import Networks
import Tensors
import Training

/// One step on synthetic images, to be taken again and again.
protocol SyntheticStep: AnyObject {
  /// Takes the step on this rank.
  ///
  /// - Parameter profile: Gets its laps, if there are any.
  func run(_ profile: StepProfile?) throws
}

extension ImageBatch {
  /// Fills the images of a rank with noise.
  func fill(rank: Int) {
    var random = CounterRandom(seed: 1, sample: rank, purpose: .synthetic)
    for i in 0..<images.count { images.start[i] = Float(random.normal()) }
  }
}

/// A step of training: forward, backward, exchange, optimizer.
final class SyntheticTraining: SyntheticStep {
  let network: EfficientNet
  let exchange: RankExchange
  private let state: ModelState
  private let optimizer: Optimizer
  /// Images of all ranks in a step.
  var imageCount: Int
  private var taken = 0

  convenience init(
    _ architecture: Architecture, _ options: StepBenchmark.Options, _ communicator: Communicator
  ) throws(TrainingError) {
    try self.init(
      architecture, batch: options.batch, microBatch: options.microBatch, options.exchange,
      communicator)
    exchange.recorder = ExchangeRecorder()
  }

  /// - Parameters:
  ///   - batch: Images of each rank.
  ///   - microBatch: Images of a micro-batch.
  convenience init(
    _ architecture: Architecture, batch: Int, microBatch: Int, _ exchange: ExchangeConfiguration,
    _ communicator: Communicator
  ) throws(TrainingError) {
    let imageCount = batch * communicator.size
    try self.init(
      architecture,
      BatchLayout(
        microBatchCount: imageCount / microBatch, microBatchSize: microBatch,
        rank: communicator.rank, rankCount: communicator.size),
      imageCount: imageCount, OptimizerConfiguration(), averagingDecay: 0.9999, exchange,
      communicator)
  }

  /// - Parameter imageCount: Images of all ranks in a step.
  init(
    _ architecture: Architecture, _ layout: BatchLayout, imageCount: Int,
    _ optimizer: OptimizerConfiguration, averagingDecay: Double,
    _ exchange: ExchangeConfiguration, _ communicator: Communicator
  ) throws(TrainingError) {
    self.imageCount = imageCount
    let exchange = try RankExchange(
      communicator, exchange, microBatchCount: layout.partition.microBatchCount)
    self.exchange = exchange
    do throws(MemoryShortage) {
      state = try ModelState(
        table: architecture.parameterTable, seed: 1, isAveraging: averagingDecay > 0,
        usesMeanSquare: optimizer.usesMeanSquare)
      network = try EfficientNet(
        architecture, layout: layout, exchange: exchange, weights: state.weights)
    } catch { throw TrainingError(error) }
    self.optimizer = Optimizer(optimizer, table: state.table, averagingDecay: averagingDecay)
    network.fill(rank: communicator.rank)
    for run in network.beginBatch(imageCount: imageCount) {
      for (offset, position) in run.positions.enumerated() {
        network.labels[run.firstImage + offset] = Int32(position % architecture.classes)
        network.samples[run.firstImage + offset] = position
      }
    }
  }

  func run(_ profile: StepProfile?) throws {
    network.profile = profile
    exchange.recorder?.begin()
    try train()
    try update(profile)
  }

  /// Forward, backward and the exchange of gradients.
  func train() throws {
    _ = try network.train(key: RandomKey(seed: 1, epoch: taken), smoothing: 0.1)
  }

  /// What comes after the gradient is known.
  func update(_ profile: StepProfile? = nil) throws {
    guard
      optimizer.step(state, gradient: network.gradient, imageCount: imageCount, rate: 1e-3)
    else {
      throw TrainingError(
        .numeric, "the gradient of step \(taken + 1) is not finite; time fewer --steps")
    }
    let moved = Optimizer.floatsMoved(state)
    profile?.lap(.optimizer, .update, .step, read: moved.read, written: moved.written)
    network.updateRunningStatistics(state.statistics.start)
    optimizer.averageStatistics(state)
    profile?.lap(.runningStatistics, .update, .step)
    taken += 1
  }

  /// Seconds of the last step that this rank waited in exchanges of a kind.
  func secondsBlocked(in kind: ExchangeEvent.Kind) -> Double {
    (exchange.recorder?.events ?? []).reduce(0) { $0 + ($1.kind == kind ? $1.blockedSeconds : 0) }
  }
}

/// The forward pass of evaluation.
final class SyntheticEvaluation: SyntheticStep {
  private let network: EvaluationNetwork

  init(
    _ architecture: Architecture, _ options: StepBenchmark.Options, _ communicator: Communicator
  ) throws(MemoryShortage) {
    let state = try ModelState(
      table: architecture.parameterTable, seed: 1, isAveraging: false, usesMeanSquare: false)
    network = try EvaluationNetwork(
      architecture, capacity: options.batch, weights: state.weights, statistics: state.statistics)
    network.fill(rank: communicator.rank)
    _ = network.beginBatch(imageCount: options.batch)
  }

  func run(_ profile: StepProfile?) { network.predict() }
}
