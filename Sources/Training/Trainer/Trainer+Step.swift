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
    /// Whether nothing of the step was kept.
    var isSkipped = false
  }

  /// Bad steps in a row after which a run ends that skips them.
  static let mostSkippedSteps = 10

  func takeStep() throws(TrainingError) -> StepResult {
    do {
      let step = state.step
      let result = try computeGradient(step: step)
      activity.enter(.update)
      if let fault = faultOfLoss(result) { return try skip(result, fault) }
      guard
        optimizer.step(
          state, gradient: network.gradient, imageCount: result.images,
          rate: schedule.learningRate(step: step))
      else { return try skip(result, "the gradient of step \(step + 1) is not finite") }
      state.skippedSteps = 0
      network.updateRunningStatistics(state.statistics.start)
      optimizer.averageStatistics(state)
      return result
    } catch { throw TrainingError(error) }
  }

  /// What is wrong with the loss of a step, if anything.
  private func faultOfLoss(_ result: StepResult) -> String? {
    let step = state.step + 1
    let mean = result.loss / Double(result.images)
    guard mean.isFinite else { return "the loss of step \(step) is not a finite number" }
    guard let largest = configuration.training.largestLoss, mean > largest else { return nil }
    return "the loss of step \(step) is \(mean), above training.largestLoss (\(largest))"
  }

  /// Counts a bad step without keeping anything of it, or ends the run.
  ///
  /// Loss and gradient are the totals of the fixed tree, the same bits on every rank, so all ranks
  /// decide alike without asking each other; another number of ranks decides alike, too.
  private func skip(_ result: StepResult, _ fault: String) throws(TrainingError) -> StepResult {
    let advice = "lower schedule.learningRate or set training.clipNorm"
    guard configuration.training.badStep == .skip else {
      throw TrainingError(
        .numeric, "\(fault); nothing of that step was kept; \(advice); \(lastGoodCheckpoint())",
        isShared: true)
    }
    state.step += 1
    state.skippedSteps += 1
    guard state.skippedSteps < Self.mostSkippedSteps else {
      throw TrainingError(
        .numeric,
        "\(fault), as those of the \(Self.mostSkippedSteps - 1) steps before: all were skipped; "
          + "\(advice); \(lastGoodCheckpoint())", isShared: true)
    }
    try note("skipped: \(fault)")
    var skipped = result
    skipped.isSkipped = true
    return skipped
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
