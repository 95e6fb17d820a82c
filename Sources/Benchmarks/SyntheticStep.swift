import MPI
import Networks
import Tensors
import Training

/// One step on synthetic images, to be taken again and again.
final class SyntheticStep {
  let network: EfficientNet
  private let state: ModelState
  private let optimizer: Optimizer
  private let isEvaluation: Bool
  private let imageCount: Int
  private let communicator: Communicator
  private var taken = 0

  /// Makes network, optimizer and images; see ``StepBenchmark/Options``.
  init(_ architecture: Architecture, _ options: StepBenchmark.Options, _ communicator: Communicator)
  {
    isEvaluation = options.isEvaluation
    imageCount = options.batch * communicator.size
    self.communicator = communicator
    state = ModelState(
      table: architecture.parameterTable, seed: 1, isAveraging: !isEvaluation,
      usesMeanSquare: !isEvaluation)
    network = EfficientNet(
      architecture,
      layout: BatchLayout(
        microBatchCount: imageCount / options.microBatch, microBatchSize: options.microBatch,
        rank: communicator.rank, rankCount: communicator.size),
      exchange: RankExchange(communicator), weights: state.weights, statistics: state.statistics,
      isTrainable: !isEvaluation)
    optimizer = Optimizer(OptimizerConfiguration(), table: state.table, averagingDecay: 0.9999)
    var random = CounterRandom(seed: 1, sample: communicator.rank, purpose: .synthetic)
    for i in 0..<network.images.count { network.images.start[i] = Float(random.normal()) }
  }

  /// Takes the step on all ranks.
  ///
  /// - Parameter profile: Gets its laps.
  /// - Returns: Seconds between the moments when all ranks are ready and when all are done.
  func run(_ profile: StepProfile?) throws -> Double {
    for run in network.beginBatch(imageCount: imageCount) {
      for (offset, position) in run.positions.enumerated() {
        network.labels[run.firstImage + offset] =
          Int32(position % network.architecture.classes)
        network.samples[run.firstImage + offset] = position
      }
    }
    network.profile = profile
    try communicator.barrier()
    let seconds = try MachineRates.seconds {
      profile?.begin()
      if isEvaluation { network.predict() } else { try train(profile) }
      try communicator.barrier()
      profile?.lap(.waiting, .update, .step)
    }
    taken += 1
    return seconds
  }

  private func train(_ profile: StepProfile?) throws {
    _ = try network.train(key: EfficientNet.RandomKey(seed: 1, epoch: taken), smoothing: 0.1)
    guard let gradient = network.gradient,
      optimizer.step(state, gradient: gradient, imageCount: imageCount, rate: 1e-3)
    else {
      throw TrainingError(
        .numeric, "the gradient of step \(taken + 1) is not finite; time fewer --steps")
    }
    let moved = Optimizer.floatsMoved(state)
    profile?.lap(.optimizer, .update, .step, read: moved.read, written: moved.written)
    try network.updateRunningStatistics(state.statistics.start)
    optimizer.averageStatistics(state)
    profile?.lap(.runningStatistics, .update, .step)
  }
}
