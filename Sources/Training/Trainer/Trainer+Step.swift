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
    /// Seconds that this rank has waited for images.
    let ownSecondsWaited: Double
    /// Mean of the seconds that the ranks have waited for images.
    let secondsWaited: Double
  }

  func takeStep() throws(TrainingError) -> StepResult {
    do {
      let step = state.step
      let result = try computeGradient(step: step)
      activity.enter(.update)
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
    var ownSecondsWaited = 0.0
    var sums: [Double] = []
    var waiting = [[Double]](repeating: [], count: tree.slots)
    for round in 0..<tree.rounds {
      activity.enter(.loading, step: step)
      images = try feed.load(step: step, round: round, into: network)
      let waited = feed.takeSecondsWaited()
      ownSecondsWaited += waited
      activity.enter(.forward)
      try network.trainForward(key: key)
      activity.enter(.backward)
      sums = try combine(
        network.trainBackward(smoothing: configuration.training.labelSmoothing),
        secondsWaited: waited)
      tree.take(round) { slot in
        for i in sums.indices { sums[i] += waiting[slot][i] }
      } keep: { slot in
        waiting[slot] = sums
      }
    }
    return StepResult(
      images: images, loss: sums[0], correct: Int(sums[1]),
      stopSignal: zip(StopSignal.all, sums[3...]).first { $0.1 > 0 }?.0,
      ownSecondsWaited: ownSecondsWaited,
      secondsWaited: sums[2] / Double(communicator.size))
  }

  /// Sums of all ranks: loss, hits, seconds waited for images, and how many of them were asked to stop
  /// by each of the signals.
  private func combine(
    _ totals: [SoftmaxCrossEntropy.Totals], secondsWaited: Double
  ) throws(ExchangeError) -> [Double] {
    let none = [Double](repeating: 0, count: 1 + StopSignal.all.count)
    let size = 2 + none.count
    var leaves: [Double] = totals.flatMap { [$0.loss, Double($0.correct)] + none }
    leaves[2] = secondsWaited
    if let signal = StopSignal.pending, let index = StopSignal.all.firstIndex(of: signal) {
      leaves[3 + index] = 1
    }
    try exchange.combine(
      &leaves, size: size, kind: .sums, plan: network.layout.batchPlan,
      microBatches: network.layout.microBatches)
    return Array(leaves[..<size])
  }
}
