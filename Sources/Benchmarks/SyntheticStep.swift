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
  fileprivate func fill(rank: Int) {
    var random = CounterRandom(seed: 1, sample: rank, purpose: .synthetic)
    for i in 0..<images.count { images.start[i] = Float(random.normal()) }
  }
}

/// A step of training: forward, backward, exchange, optimizer.
final class SyntheticTraining: SyntheticStep {
  let network: EfficientNet
  private let exchange: RankExchange
  private let recorder = ExchangeRecorder()
  private let state: ModelState
  private let optimizer: Optimizer
  private let imageCount: Int
  private var taken = 0

  init(
    _ architecture: Architecture, _ options: StepBenchmark.Options, _ communicator: Communicator
  ) throws(MPIError) {
    imageCount = options.batch * communicator.size
    exchange = try RankExchange(communicator, options.exchange)
    exchange.recorder = recorder
    state = ModelState(
      table: architecture.parameterTable, seed: 1, isAveraging: true, usesMeanSquare: true)
    network = EfficientNet(
      architecture,
      layout: BatchLayout(
        microBatchCount: imageCount / options.microBatch, microBatchSize: options.microBatch,
        rank: communicator.rank, rankCount: communicator.size),
      exchange: exchange, weights: state.weights, transport: options.exchange.transport)
    optimizer = Optimizer(OptimizerConfiguration(), table: state.table, averagingDecay: 0.9999)
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
    recorder.begin()
    _ = try network.train(key: EfficientNet.RandomKey(seed: 1, epoch: taken), smoothing: 0.1)
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
    recorder.events.reduce(0) { $0 + ($1.kind == kind ? $1.blockedSeconds : 0) }
  }
}

/// The forward pass of evaluation.
final class SyntheticEvaluation: SyntheticStep {
  private let network: FoldedNetwork

  init(_ architecture: Architecture, _ options: StepBenchmark.Options, _ communicator: Communicator)
  {
    let state = ModelState(
      table: architecture.parameterTable, seed: 1, isAveraging: false, usesMeanSquare: false)
    network = FoldedNetwork(architecture, capacity: options.batch)
    network.fold(weights: state.weights, statistics: state.statistics)
    network.fill(rank: communicator.rank)
    _ = network.beginBatch(imageCount: options.batch)
  }

  func run(_ profile: StepProfile?) { network.predict() }
}
