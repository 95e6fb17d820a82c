import Foundation
import Hosts
import Kernels
import Networks
import Tensors

extension Trainer {
  /// What a step tells, the same on all ranks.
  struct StepResult {
    let images: Int
    let loss: Double
    let correct, correctTop5: Int
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

  func takeStep(in stage: TrainingStage) throws(TrainingError) -> StepResult {
    let step = state.step
    let result = try computeGradient(in: stage, step: step)
    activity.enter(.update)
    if let problem = problemOfLoss(result) { return try skip(result, problem) }
    guard
      run.optimizer.step(
        state, gradient: stage.network.gradient, imageCount: result.images,
        rate: run.plan.schedule.learningRate(step: step))
    else { return try skip(result, "the gradient of step \(step + 1) is not finite") }
    state.skippedSteps = 0
    stage.network.updateRunningStatistics(state.statistics.start)
    run.optimizer.averageStatistics(state)
    return result
  }

  /// What is wrong with the loss of a step, if anything.
  private func problemOfLoss(_ result: StepResult) -> String? {
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
  private func skip(_ result: StepResult, _ problem: String) throws(TrainingError) -> StepResult {
    let advice = "lower schedule.learningRate or set training.clipNorm"
    guard configuration.training.badStep == .skip else {
      throw TrainingError(
        .numeric, "\(problem); nothing of that step was kept; \(advice); \(lastGoodCheckpoint)",
        isShared: true)
    }
    state.step += 1
    state.skippedSteps += 1
    guard state.skippedSteps < Self.mostSkippedSteps else {
      throw TrainingError(
        .numeric,
        "\(problem), as those of the \(Self.mostSkippedSteps - 1) steps before: all were skipped; "
          + "\(advice); \(lastGoodCheckpoint)", isShared: true)
    }
    attempt { () throws(TrainingError) in
      try run.records?.noted("skipped: \(problem)", step: state.step)
    }
    var skipped = result
    skipped.isSkipped = true
    return skipped
  }

  /// Where a run that ends can go on, for a message.
  private var lastGoodCheckpoint: String {
    run.checkpoints?.lastGood() ?? "go on from the last checkpoint with --resume"
  }

  /// Loads a batch and computes its loss and gradient, round after round.
  ///
  /// - Throws: What has gone wrong on any rank up to here, on all of them, so that nothing of such
  ///   a step is kept.
  private func computeGradient(
    in stage: TrainingStage, step: Int
  ) throws(TrainingError) -> StepResult {
    let network = stage.network
    let tree = network.layout.roundTree
    let key = RandomKey(
      seed: UInt64(configuration.training.seed), epoch: step / stepsPerEpoch)
    let images = run.plan.feed.imageCount(ofStep: step)
    var ownSecondsWaited = 0.0
    var sums: [Double] = []
    var waiting = [[Double]](repeating: [], count: tree.slots)
    for round in 0..<tree.rounds {
      activity.enter(.loading, step: step)
      let runs = network.beginBatch(imageCount: images, round: round)
      // Whoever has no images computes with those before, for the others not to wait.
      if fault == nil {
        attempt { () throws(TrainingError) in try run.plan.feed.load(runs, into: network) }
      }
      let waited = run.plan.feed.takeSecondsWaited()
      ownSecondsWaited += waited
      activity.enter(.forward)
      do throws(ExchangeError) {
        try network.trainForward(key: key)
        activity.enter(.backward)
        sums = try combine(
          network.trainBackward(smoothing: configuration.training.labelSmoothing),
          secondsWaited: waited)
      } catch { throw TrainingError(error) }
      tree.take(round) { slot in
        for i in sums.indices { sums[i] += waiting[slot][i] }
      } keep: { slot in
        waiting[slot] = sums
      }
    }
    if sums[Sum.faults] > 0 { try group.requireNone(fault) }
    return StepResult(
      images: images, loss: sums[Sum.loss], correct: Int(sums[Sum.hits]),
      correctTop5: Int(sums[Sum.hitsTop5]),
      stopSignal: zip(StopSignal.all, sums[Sum.signals...]).first { $0.1 > 0 }?.0,
      ownSecondsWaited: ownSecondsWaited,
      secondsWaited: sums[Sum.secondsWaited] / Double(group.size))
  }

  /// Places of what is summed over all ranks in a step.
  private enum Sum {
    static let loss = 0
    static let hits = 1
    static let hitsTop5 = 2
    static let secondsWaited = 3
    /// Ranks on which something has gone wrong.
    static let faults = 4
    /// Ranks that were asked to stop, by each of the signals.
    static let signals = 5
    static let count = signals + StopSignal.all.count
  }

  /// Sums of all ranks, see ``Sum``.
  private func combine(
    _ totals: [SoftmaxCrossEntropy.Totals], secondsWaited: Double
  ) throws(ExchangeError) -> [Double] {
    let none = [Double](repeating: 0, count: Sum.count - Sum.secondsWaited)
    var leaves: [Double] = totals.flatMap {
      [$0.loss, Double($0.correct), Double($0.correctTop5)] + none
    }
    leaves[Sum.secondsWaited] = secondsWaited
    if fault != nil { leaves[Sum.faults] = 1 }
    if let signal = stopRequest(), let index = StopSignal.all.firstIndex(of: signal) {
      leaves[Sum.signals + index] = 1
    }
    let layout = run.plan.layout
    try run.exchange.combine(
      &leaves, size: Sum.count, kind: .sums, plan: layout.batchPlan,
      microBatches: layout.microBatches)
    return Array(leaves[..<Sum.count])
  }
}
