import Boundary
import Datasets
import Foundation
import Hosts
public import MPI
public import Networks
public import Supervision

/// A training run on all ranks of a communicator: step, evaluate, save.
///
/// What happens in a step depends on the configuration, the data and the step's number alone, so a
/// run can be stopped anywhere and go on with another number of ranks. Nothing of a run belongs to
/// the process: several may run in one job, each on ranks of its own.
public final class Trainer {
  /// How a run ended.
  public enum Outcome: Sendable {
    /// All steps were taken.
    case finished
    /// The steps that were asked for were taken; the state is saved.
    case paused
    /// A signal asked to stop; the state is saved.
    case stopped(signal: Int32)
  }

  let run: PreparedRun
  let stopRequest: StopRequest
  private let log: RankLog?
  /// What has gone wrong on this rank since the ranks last agreed.
  private(set) var fault: TrainingError?
  /// What the last evaluation has found, if it was of the present state.
  public private(set) var validation: Evaluation?

  /// Prepares a run from its beginning, or from the newest checkpoint of its output folder.
  ///
  /// - Parameters:
  ///   - configuration: What is to be done.
  ///   - communicator: The ranks that work together; a part of the job's, where it trains several.
  ///   - output: The run's folder.
  ///   - isResuming: Whether to go on from the folder's newest checkpoint.
  ///   - observer: Is told how the run goes; on rank 0 only.
  ///   - activity: Where this rank notes what it does.
  ///   - log: Where this rank tells about itself.
  ///   - stopRequest: Asked in every step whether to save and stop.
  /// - Throws: When data, configuration, number of ranks or checkpoint do not fit together; on all
  ///   ranks the same, unless they cannot talk to each other.
  public init(
    _ configuration: Configuration, communicator: Communicator, output: RunFolder,
    isResuming: Bool, observer: (any TrainingObserver)?, activity: Activity = Activity(),
    log: RankLog? = nil, stopRequest: @escaping StopRequest = { nil }
  ) throws(TrainingError) {
    run = try PreparedRun(
      configuration, TrainingGroup(communicator, activity: activity), output,
      isResuming: isResuming, observer: observer, log: log,
      stopRequest: stopRequest)
    self.log = log
    self.stopRequest = stopRequest
  }

  /// The resolved configuration.
  public var configuration: Configuration { run.plan.configuration }
  /// The network that is trained.
  public var architecture: Architecture { run.plan.architecture }
  /// Parameters, statistics, averages, moments.
  public var state: ModelState { run.state }
  /// Steps of the whole run.
  public var totalSteps: Int { run.plan.totalSteps }
  /// Steps of an epoch.
  public var stepsPerEpoch: Int { run.plan.stepsPerEpoch }
  /// Images of an epoch.
  public var trainingImages: Int { run.plan.feed.training.dataset.count }

  var group: TrainingGroup { run.group }
  var activity: Activity { run.group.activity }
  private var epoch: Double { Double(state.step) / Double(stepsPerEpoch) }

  /// Trains to the end, or until it is asked to stop.
  ///
  /// - Parameter pause: Steps after which it stops by itself, evaluated and saved, if they are not
  ///   all: nothing of what follows changes by that.
  /// - Throws: When a loss is not a number, data are damaged, or a checkpoint cannot be written: on
  ///   all ranks the same. When ranks are lost.
  public func train(until pause: Int? = nil) throws(TrainingError) -> Outcome {
    if run.isFinished {
      run.records?.wasFinished(step: state.step, of: totalSteps)
      return .finished
    }
    do {
      return try takeSteps(to: min(pause ?? totalSteps, totalSteps))
    } catch {
      // What is being written is good, and of two errors the first is told.
      attempt(finishSaving)
      run.records?.stopped("\(error)", step: state.step)
      throw error
    }
  }

  private func takeSteps(to end: Int) throws(TrainingError) -> Outcome {
    let start = MonotonicTime.seconds
    let firstStep = state.step
    var window = StepWindow()
    // A run that was stopped after its last step lacks nothing but this and the summary.
    if state.step >= end, let signal = try evaluate() { return try stop(signal) }
    var imagesSeen = 0
    log?.note("training begins after step \(state.step) of \(totalSteps)")
    var stage = try beginStage()
    while state.step < end {
      if state.step == stage?.end {
        // Its memory goes first.
        stage = nil
        stage = try beginStage()
      }
      guard let stage else { break }
      let stepStart = MonotonicTime.seconds
      let exchangeStart = activity.secondsWaited
      validation = nil
      let step = try takeStep(in: stage)
      imagesSeen += step.images
      window.add(
        step, seconds: MonotonicTime.seconds - stepStart,
        exchanging: activity.secondsWaited - exchangeStart)
      attempt(collectSaved)
      let isLast = state.step == end
      try report(
        &window, secondsPerStep: (MonotonicTime.seconds - start) / Double(state.step - firstStep),
        isLast: isLast)
      if let signal = step.stopSignal { return try stop(signal) }
      // First what must not be lost, then what can be computed again.
      if isLast || isCheckpointDue {
        try save()
        if isLast {
          attempt(finishSaving)
          try agree()
        }
      } else if state.step % max(configuration.training.replicaCheckEverySteps, 1) == 0 {
        try checkReplicas()
      }
      if isLast || isEvaluationDue, let signal = try evaluate() { return try stop(signal) }
    }
    guard end == totalSteps else { return .paused }
    try finish(seconds: MonotonicTime.seconds - start, images: imagesSeen)
    return .finished
  }

  /// Begins the stage of the next step.
  private func beginStage() throws(TrainingError) -> TrainingStage? {
    guard state.step < totalSteps else { return nil }
    let stage = try group.agreed { () throws(TrainingError) in
      let stage = try TrainingStage(ofStep: state.step, of: run.plan, state, run.exchange)
      try stage.begin(run.plan.feed, atStep: state.step)
      return stage
    }
    if configuration.training.progressiveStages > 1 {
      let (name, value) = configuration.stageSummary(stage.index, of: totalSteps)
      let summary = "\(name), \(value)"
      log?.note(summary)
      attempt { () throws(TrainingError) in
        try run.records?.beganStage(summary, step: state.step)
      }
    }
    return stage
  }

  /// Does what only this rank may fail at; the ranks learn of it when they next agree.
  func attempt(_ body: () throws(TrainingError) -> Void) {
    do { try body() } catch { fault = fault ?? error }
  }

  /// Goes on if nothing has gone wrong on any rank; called by all of them.
  private func agree() throws(TrainingError) { try group.requireNone(fault) }

  /// Saves and ends the run, which goes on with `--resume`.
  private func stop(_ signal: Int32) throws(TrainingError) -> Outcome {
    try save()
    attempt(finishSaving)
    // Nobody ends before the checkpoint is whole.
    try agree()
    run.records?.stopped(
      "\(StopSignal.name(signal)); saved, goes on with --resume", step: state.step)
    return .stopped(signal: signal)
  }

  private func finish(seconds: Double, images: Int) throws(TrainingError) {
    activity.enter(.ending, step: state.step)
    attempt { () throws(TrainingError) in
      guard let records = run.records, let checkpoints = run.checkpoints else { return }
      let notices = try checkpoints.prune(step: state.step, retention(records, checkpoints))
      for notice in notices { try records.noted(notice, step: state.step) }
      try records.finished(
        RunLog.Summary(
          top1: validation?.top1, top5: validation?.top5, step: state.step, seconds: seconds,
          imagesPerSecond: Double(images) / max(seconds, 1e-9), ranks: group.size,
          stateSHA256: state.sha256), validation)
    }
    try agree()
  }

  // MARK: Evaluation

  /// Evaluates the present state, unless that was the last thing that was done.
  ///
  /// - Returns: The signal that has ended it before it was through.
  package func evaluateIfNeeded() throws(TrainingError) -> Int32? {
    validation == nil ? try evaluate() : nil
  }

  private var isEvaluationDue: Bool {
    let every = configuration.training.evaluateEveryEpochs
    return every > 0 && state.step % (every * stepsPerEpoch) == 0
  }

  /// Evaluates the validation data, if there are any.
  ///
  /// - Returns: The signal that has ended it before it was through.
  private func evaluate() throws(TrainingError) -> Int32? {
    validation = nil
    guard let pipeline = run.plan.feed.validation, let network = run.evaluationNetwork else {
      return nil
    }
    activity.enter(.evaluating, step: state.step)
    log?.note("evaluating after step \(state.step)")
    let evaluated = state.evaluated
    network.take(weights: evaluated.weights, statistics: evaluated.statistics)
    let outcome = try Evaluation.measure(
      network, pipeline, configuration.data, over: group, stopRequest: stopRequest)
    switch outcome {
    case .stopped(let signal): return signal
    case .done(let result):
      validation = result
      attempt { () throws(TrainingError) in
        try run.records?.evaluated(result, step: state.step, epoch: epoch, pipeline.dataset)
      }
      return nil
    }
  }

  // MARK: Saving

  private var isCheckpointDue: Bool {
    let checkpoint = configuration.checkpoint
    if let every = checkpoint.everySteps, state.step % every == 0 { return true }
    return state.step % stepsPerEpoch == 0
      && checkpoint.isDue(atEndOfEpoch: state.step / stepsPerEpoch)
  }

  /// Begins to save the state; training may go on at once.
  ///
  /// All ranks call it, to prove that what rank 0 saves is what all have.
  private func save() throws(TrainingError) {
    try checkReplicas()
    attempt { () throws(TrainingError) in
      guard let records = run.records, let checkpoints = run.checkpoints else { return }
      activity.enter(.saving, step: state.step)
      let (start, isWaiting) = (MonotonicTime.seconds, checkpoints.isBusy)
      try isWaiting ? finishSaving() : collectSaved()
      if isWaiting {
        let seconds = MonotonicTime.seconds - start
        try records.noted(
          "waited \(String(format: "%.3f", seconds)) s after step \(state.step) for the checkpoint "
            + "before to be written; save less often if this lasts", step: state.step,
          isUrgent: seconds > 1)
      }
      let dataset = run.plan.feed.training.dataset
      checkpoints.begin(
        state,
        Checkpoint(
          step: state.step, sampleCount: dataset.count, configuration: configuration.yaml,
          classNames: dataset.classNames, mean: configuration.data.mean,
          deviation: configuration.data.deviation, dataSHA256: dataset.sha256, stateSHA256: "",
          skippedSteps: state.skippedSteps, run: checkpoints.identity),
        retention(records, checkpoints))
    }
  }

  private func retention(
    _ records: RunRecords, _ checkpoints: RunCheckpoints
  ) -> RunFolder.Retention {
    checkpoints.retention(top1: records.top1, stepsPerEpoch: stepsPerEpoch)
  }

  /// Tells of a checkpoint that was finished since this was last called.
  private func collectSaved() throws(TrainingError) { try tell(run.checkpoints?.collect()) }

  /// Waits until the last checkpoint is on the disk.
  private func finishSaving() throws(TrainingError) { try tell(run.checkpoints?.finish()) }

  private func tell(_ published: CheckpointWriter.Published?) throws(TrainingError) {
    guard let published else { return }
    for notice in published.notices { try run.records?.noted(notice, step: state.step) }
    run.records?.saved(published.path, step: published.step)
    log?.note("saved \(published.path)")
  }

  /// Proves that all ranks hold the same bits.
  private func checkReplicas() throws(TrainingError) {
    guard configuration.training.replicaCheckEverySteps > 0 else { return }
    try ReplicaCheck.run(state, over: group)
  }

  // MARK: Reports

  /// Tells of the step just taken; where it is logged, of those since the last that was.
  private func report(
    _ window: inout StepWindow, secondsPerStep: Double, isLast: Bool
  ) throws(TrainingError) {
    var report = TrainingReport(
      step: state.step, totalSteps: totalSteps, epoch: epoch, loss: window.meanLoss,
      top1: window.top1, top5: architecture.tellsTop5 ? window.top5 : nil,
      learningRate: run.plan.schedule.learningRate(step: state.step - 1),
      imagesPerSecond: window.imagesPerSecond, waiting: window.waiting,
      secondsPerStep: secondsPerStep)
    let isLogged = isLast || state.step % configuration.training.logEverySteps == 0
    guard isLogged && window.images > 0 else {
      run.records?.progressed(report)
      return
    }
    report.pace = try Pace(
      of: group, on: run.hosts, computing: window.computing,
      waiting: window.ownWaited / max(window.seconds, 1e-9))
    log?.note(window.line(step: state.step))
    attempt { () throws(TrainingError) in try run.records?.logged(report) }
    window = StepWindow()
  }
}
