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
    /// Whether nothing of the step was kept.
    var isSkipped = false
  }

  /// Bad steps in a row after which a run ends that skips them.
  static let mostSkippedSteps = 10

  func takeStep() throws(TrainingError) -> StepResult {
    do {
      let step = state.step
      let result = try computeGradient(step: step)
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
        .numeric, "\(fault); nothing of that step was kept, \(advice) and \(lastGoodCheckpoint())")
    }
    state.step += 1
    state.skippedSteps += 1
    guard state.skippedSteps < Self.mostSkippedSteps else {
      throw TrainingError(
        .numeric,
        "\(fault), as those of the \(Self.mostSkippedSteps - 1) steps before: all were skipped; "
          + "\(advice) and \(lastGoodCheckpoint())")
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
