import Foundation
import Kernels
import Networks

extension Trainer {
  /// What a step tells, the same on all ranks.
  struct StepResult {
    let images: Int
    let loss: Double
    let correct: Int
    let stopSignal: Int32?
    /// Mean of the seconds that the ranks have waited for images.
    let secondsWaited: Double
  }

  func takeStep() throws(TrainingError) -> StepResult {
    do {
      let step = state.step
      let result = try computeGradient(step: step)
      guard result.loss.isFinite else {
        throw TrainingError(
          .numeric,
          "the loss of step \(step + 1) is not a finite number; nothing of that step was kept, lower "
            + "schedule.learningRate or set training.clipNorm and go on with --resume")
      }
      guard
        optimizer.step(
          state, gradient: network.gradient, imageCount: result.images,
          rate: schedule.learningRate(step: step))
      else {
        throw TrainingError(
          .numeric,
          "the gradient of step \(step + 1) is not finite; nothing of that step was kept, lower "
            + "schedule.learningRate and go on with --resume")
      }
      network.updateRunningStatistics(state.statistics.start)
      optimizer.averageStatistics(state)
      return result
    } catch { throw TrainingError(error) }
  }

  /// Loads a batch and computes its loss and gradient, round after round.
  private func computeGradient(step: Int) throws -> StepResult {
    let tree = network.layout.roundTree
    let key = EfficientNet.RandomKey(
      seed: UInt64(configuration.training.seed), epoch: step / stepsPerEpoch)
    var images = 0
    var sums: [Double] = []
    var waiting = [[Double]](repeating: [], count: tree.slots)
    for round in 0..<tree.rounds {
      images = try feed.load(step: step, round: round, into: network)
      sums = try combine(
        network.train(key: key, smoothing: configuration.training.labelSmoothing))
      tree.take(round) { slot in
        for i in sums.indices { sums[i] += waiting[slot][i] }
      } keep: { slot in
        waiting[slot] = sums
      }
    }
    return StepResult(
      images: images, loss: sums[0], correct: Int(sums[1]),
      stopSignal: sums[3] > 0 ? SIGTERM : sums[2] > 0 ? SIGINT : nil,
      secondsWaited: sums[4] / Double(communicator.size))
  }

  /// Sums of all ranks: loss, hits, how many of them were asked to stop by SIGINT and SIGTERM, and
  /// seconds waited for images.
  private func combine(
    _ totals: [SoftmaxCrossEntropy.Totals]
  ) throws(ExchangeError) -> [Double] {
    let size = 5
    var leaves: [Double] = totals.flatMap { [$0.loss, Double($0.correct), 0, 0, 0] }
    leaves[4] = feed.takeSecondsWaited()
    switch StopSignal.pending {
    case SIGINT: leaves[2] = 1
    case .some: leaves[3] = 1
    case nil: break
    }
    try exchange.combine(
      &leaves, size: size, kind: .sums, plan: network.layout.batchPlan,
      microBatches: network.layout.microBatches)
    return Array(leaves[..<size])
  }
}
