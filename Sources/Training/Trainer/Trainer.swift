import Boundary
import Foundation
import Kernels
public import MPI
public import Networks
public import Supervision
import Tensors

/// A training run on all ranks: load, step, evaluate, save.
///
/// What happens in a step depends on the configuration, the data and the step's number alone, so a
/// run can be stopped anywhere and go on with another number of ranks.
public final class Trainer {
  /// The resolved configuration.
  public let configuration: Configuration
  /// The network that is trained.
  public let architecture: Architecture
  /// Parameters, statistics, averages, moments.
  public let state: ModelState
  /// Steps of the whole run.
  public let totalSteps: Int
  /// Steps of an epoch.
  public let stepsPerEpoch: Int

  let observer: (any TrainingObserver)?
  let communicator: Communicator
  let exchange: RankExchange
  let watch: Watch?
  let activity: Activity
  let feed: DataFeed
  let network: EfficientNet
  private lazy var evaluationNetwork = EvaluationNetwork(
    architecture, capacity: configuration.batch.microBatch, weights: state.evaluated.weights,
    statistics: state.evaluated.statistics)
  let optimizer: Optimizer
  let schedule: LearningRateSchedule
  let folder: RunFolder
  private(set) var log: RunLog?
  private var page: RunReport?
  var isFinished = false
  /// The signal that ended an evaluation.
  private var stopSignal: Int32?
  /// Writes the checkpoints, on rank 0.
  private(set) var writer: CheckpointWriter?
  /// Path of the newest checkpoint that is known to be good, on rank 0.
  var lastSaved: String?
  /// Steps ahead whose checkpoints were passed over as damaged.
  var passedOver: Set<Int> = []
  /// Whether the checkpoint of a step is whole and of this run, as far as rank 0 knows.
  var isOwnCheckpoint: [Int: Bool] = [:]
  /// What the checkpoints of this run have in common, on rank 0.
  var identity = RunFolder.newIdentity()

  /// Prepares a run from its beginning, or from the newest checkpoint of its output folder.
  ///
  /// - Parameters:
  ///   - observer: Is told how the run goes; on rank 0 only.
  ///   - watch: Is told what this rank does, and keeps its log.
  /// - Throws: When data, configuration, number of ranks or checkpoint do not fit together.
  public init(
    _ configuration: Configuration, communicator: Communicator, output: RunFolder,
    isResuming: Bool, observer: (any TrainingObserver)?, watch: Watch? = nil
  ) throws(TrainingError) {
    self.configuration = configuration
    self.observer = observer
    self.communicator = communicator
    folder = output
    self.watch = watch
    activity = watch?.activity ?? Activity()
    do {
      feed = try DataFeed(configuration, activity: activity)
    } catch { throw TrainingError(error) }
    let dataset = feed.training.dataset
    architecture = Architecture(configuration.network, classes: dataset.classNames.count)
    let layout = try BatchLayout(
      configuration, rank: communicator.rank, rankCount: communicator.size)
    try feed.division.requireVariance(configuration, architecture)
    stepsPerEpoch = feed.division.batchCount
    totalSteps =
      configuration.training.steps
      ?? (configuration.training.epochs ?? 1).saturatingProduct(stepsPerEpoch)
    schedule = LearningRateSchedule(
      configuration.schedule, batchSize: configuration.batch.size,
      stepsPerEpoch: Double(dataset.count) / Double(configuration.batch.size),
      totalSteps: totalSteps)
    state = ModelState(
      table: architecture.parameterTable, seed: UInt64(configuration.training.seed),
      isAveraging: configuration.averaging.decay > 0,
      usesMeanSquare: configuration.optimizer.kind == .rmsprop)
    try Self.requireAgreement(configuration, feed, communicator, activity)
    do throws(MPIError) {
      exchange = try RankExchange(
        communicator, configuration.exchange, microBatchCount: layout.partition.microBatchCount,
        activity: activity)
    } catch { throw TrainingError(error) }
    network = EfficientNet(
      architecture, layout: layout, exchange: exchange, weights: state.weights,
      frozen: configuration.finetuning.freeze, statistics: state.statistics,
      transport: configuration.exchange.transport)
    optimizer = Optimizer(
      configuration.optimizer, table: state.table,
      averagingDecay: configuration.averaging.decay, clipNorm: configuration.training.clipNorm,
      firstTrained: network.firstTrained, backboneRate: configuration.finetuning.backboneRate)
    try tellWhoIsNotWatched()
    if let problem = RankOrder.problem(watch?.members.map(\.host) ?? []) {
      observer?.noticed(problem)
    }
    if isResuming {
      // Before anything is read: another run may still add to it.
      try takeFolder(waiting: RunFolder.leaseSeconds)
      try resume()
      try determineWhetherFinished()
    }
    try beginFromCheckpoint()
    if !isResuming { try takeFolder(waiting: 0) }
    let hostCount = try Self.hostCount(communicator, activity)
    if communicator.rank == 0 {
      try folder.write(configuration.annotatedYAML, to: "configuration.yaml")
      try folder.write(identity + "\n", to: RunFolder.identityFile)
      let log = try RunLog(
        folder, continuingAt: state.step, evaluatesAgain: state.step >= totalSteps && !isFinished)
      self.log = log
      let start = announce()
      if !isFinished {
        // That of a run which ended before it was given more steps.
        try folder.removeLeftover(at: folder.file("summary.json"))
        page = RunReport(folder, start, configuration, hostCount: hostCount, log, observer)
        writer = CheckpointWriter(state, activity)
      }
    }
    try openRankLog()
    watch?.log.note(exchange.summary)
  }

  /// Opens the log of each rank, and tells of the first that is not written.
  private func openRankLog() throws(TrainingError) {
    guard let watch else { return }
    let problems: [String]
    do throws(MPIError) {
      let own = [UInt8]((watch.log.open() ?? "").utf8)
      problems = try activity.exchange { () throws(MPIError) in
        try communicator.allGatherParts(own).map { String(decoding: $0, as: UTF8.self) }
          .filter { !$0.isEmpty }
      }
    } catch { throw TrainingError(error) }
    guard let first = problems.first else { return }
    let others = problems.count > 1 ? ", nor are those of \(problems.count - 1) other ranks" : ""
    observer?.noticed("\(first)\(others); training goes on without it")
  }

  /// Has rank 0 make the folder and keep other runs out of it.
  private func takeFolder(waiting seconds: Double) throws(TrainingError) {
    guard communicator.rank == 0 else { return }
    try folder.prepare()
    try folder.lock(waiting: seconds, advance: activity.advance) { observer?.noticed($0) }
  }

  /// All ranks must run the same program on the same configuration and data, or bits would differ.
  private static func requireAgreement(
    _ configuration: Configuration, _ feed: DataFeed, _ communicator: Communicator,
    _ activity: Activity
  ) throws(TrainingError) {
    let subjects = [
      "configuration": configuration.yaml,
      "training data": feed.training.dataset.sha256,
      "validation data": feed.validation?.dataset.sha256 ?? "",
      "program or its libraries": "\(LibraryVersions.program) \(LibraryVersions.description)",
    ]
    for (subject, text) in subjects.sorted(by: { $0.key < $1.key }) {
      let all: [UInt64]
      do throws(MPIError) {
        all = try activity.exchange { () throws(MPIError) in
          try communicator.allGather([Checkpoint.fingerprint(text)])
        }
      } catch { throw TrainingError(error) }
      if let rank = all.firstIndex(where: { $0 != all[0] }) {
        throw TrainingError(
          .usage,
          "rank \(rank) has another \(subject) than rank 0; start all ranks from the same files")
      }
    }
  }

  /// The ranks that only watch over themselves.
  private func tellWhoIsNotWatched() throws(TrainingError) {
    guard let watch else { return }
    let all: [Bool]
    do throws(MPIError) {
      all = try activity.exchange { () throws(MPIError) in
        try communicator.allGather([watch.isConnected])
      }
    } catch { throw TrainingError(error) }
    let lone = all.indices.filter { !all[$0] }
    guard let first = lone.first else { return }
    observer?.noticed(
      "\(lone.count) of \(all.count) ranks, of which the first is rank \(first) on host "
        + "\(watch.members[first].host), cannot reach rank 0 over TCP: their loss will not be "
        + "noticed; allow connections between the hosts")
  }

  private func announce() -> TrainingStart {
    let start = TrainingStart(
      model: configuration.network.model.rawValue, resolution: architecture.resolution,
      classes: architecture.classes, parameters: state.table.parameterCount,
      trainingImages: feed.training.dataset.count,
      validationImages: feed.validation?.dataset.count ?? 0,
      batchSize: configuration.batch.size, microBatches: configuration.batch.microBatchCount,
      rounds: configuration.batch.rounds, ranks: communicator.size, coreType: OpenBLAS.coreName,
      firstStep: state.step,
      totalSteps: totalSteps, stepsPerEpoch: stepsPerEpoch,
      replaced: configuration.replaced)
    observer?.began(start)
    return start
  }

  /// How a run ended.
  public enum Outcome: Sendable {
    /// All steps were taken.
    case finished
    /// A signal asked to stop; the state is saved.
    case stopped(signal: Int32)
  }

  /// Trains to the end, or until a signal asks to stop.
  ///
  /// - Throws: When a loss is not a number, data are damaged, a checkpoint cannot be written, or
  ///   ranks are lost.
  public func run() throws(TrainingError) -> Outcome {
    do {
      return try takeSteps()
    } catch {
      // What is being written is good, and of two errors the first is told.
      try? finishSaving()
      page?.stopped("\(error)", step: state.step)
      // Whoever ends first ends the others, who may not be that far.
      if error.isShared { try? waitForAll() }
      throw error
    }
  }

  private func takeSteps() throws(TrainingError) -> Outcome {
    if isFinished {
      observer?.noticed(
        "the run in \(folder.path) is finished, after step \(state.step) of \(totalSteps)")
      return .finished
    }
    let start = Date()
    let firstStep = state.step
    var window = Window()
    // A run that was stopped after its last step lacks nothing but this and the summary.
    var validation = state.step < totalSteps ? nil : try evaluate()
    var imagesSeen = 0
    watch?.log.note("training begins after step \(state.step) of \(totalSteps)")
    feed.begin(atStep: state.step, totalSteps: totalSteps, layout: network.layout)
    while state.step < totalSteps {
      let stepStart = Date()
      let exchangeStart = activity.secondsWaited
      let step = try takeStep()
      imagesSeen += step.images
      window.add(
        step, seconds: -stepStart.timeIntervalSinceNow,
        exchanging: activity.secondsWaited - exchangeStart)
      try collectSaved()
      let isLast = state.step == totalSteps
      let isEpochEnd = state.step % stepsPerEpoch == 0
      var report = report(
        of: window, secondsPerStep: -start.timeIntervalSinceNow / Double(state.step - firstStep))
      if (isLast || state.step % configuration.training.logEverySteps == 0) && window.images > 0 {
        report.pace = try pace(
          computing: window.computing, waiting: window.ownWaited, seconds: window.seconds)
        watch?.log.note(window.line(step: state.step))
        try log?.append(RunLog.Step(report))
        page?.logged(report)
        observer?.logged(report)
        window = Window()
      } else {
        observer?.progressed(report)
      }
      if let signal = step.stopSignal {
        return try stop(signal)
      }
      // First what must not be lost, then what can be computed again.
      let epoch = state.step / stepsPerEpoch
      if isLast || isDue(epoch: epoch, isEpochEnd: isEpochEnd) {
        try beginSaving()
        if isLast { try finishSaving() }
      } else if state.step % max(configuration.training.replicaCheckEverySteps, 1) == 0 {
        try checkReplicas()
      }
      let every = configuration.training.evaluateEveryEpochs
      if isLast || (isEpochEnd && every > 0 && epoch % every == 0) {
        validation = try evaluate()
        if let signal = stopSignal { return try stop(signal) }
      }
    }
    if let signal = stopSignal { return try stop(signal) }
    try finish(validation, seconds: -start.timeIntervalSinceNow, images: imagesSeen)
    // Nobody watches over whoever has taken leave: it is not to happen before rank 0 is done.
    watch?.prepareToEnd()
    try waitForAll()
    return .finished
  }

  /// Saves and ends the run, which goes on with `--resume`.
  private func stop(_ signal: Int32) throws(TrainingError) -> Outcome {
    try beginSaving()
    try finishSaving()
    page?.stopped("\(StopSignal.name(signal)); saved, goes on with --resume", step: state.step)
    // Whoever ends first ends the others: nobody may before checkpoint and page are whole.
    watch?.prepareToEnd()
    try waitForAll()
    return .stopped(signal: signal)
  }

  private func waitForAll() throws(TrainingError) {
    do throws(MPIError) {
      try activity.exchange { () throws(MPIError) in try communicator.barrier() }
    } catch { throw TrainingError(error) }
  }

  /// The signal by which any of the ranks was asked to stop; called by all of them.
  private func signalOfAnyRank() throws(MPIError) -> Int32? {
    let all = try activity.exchange { () throws(MPIError) in
      try communicator.allGather([StopSignal.pending ?? 0])
    }
    return StopSignal.all.first { all.contains($0) }
  }

  private func isDue(epoch: Int, isEpochEnd: Bool) -> Bool {
    let checkpoint = configuration.checkpoint
    if let every = checkpoint.everySteps, state.step % every == 0 { return true }
    return isEpochEnd && checkpoint.isDue(atEndOfEpoch: epoch)
  }

  // MARK: Evaluation

  private func evaluate() throws(TrainingError) -> Evaluation? {
    guard let pipeline = feed.validation else { return nil }
    activity.enter(.evaluating, step: state.step)
    watch?.log.note("evaluating after step \(state.step)")
    let evaluated = state.evaluated
    evaluationNetwork.take(weights: evaluated.weights, statistics: evaluated.statistics)
    let result = try Evaluation(
      evaluationNetwork, pipeline, configuration.data, communicator: communicator,
      activity: activity
    ) { () throws(MPIError) in
      stopSignal = try signalOfAnyRank()
      return stopSignal != nil
    }
    guard let result else { return nil }
    try log?.append(
      RunLog.Validation(
        step: state.step, epoch: epoch, validationLoss: result.loss, validationTop1: result.top1))
    page?.evaluated(result, step: state.step, pipeline.dataset)
    observer?.evaluated(result, step: state.step, epoch: epoch)
    return result
  }

  private var epoch: Double { Double(state.step) / Double(stepsPerEpoch) }

  // MARK: Reports

  /// Tells of something in the log and, where it is urgent, to the observer; on rank 0.
  func note(_ notice: String, isUrgent: Bool = true) throws(TrainingError) {
    try log?.append(RunLog.Notice(step: state.step, notice: notice))
    if isUrgent { observer?.noticed(notice) }
  }

  /// What happened since the last line of the log.
  private struct Window {
    private var loss = 0.0
    private var correct = 0
    /// Images of the steps that were not skipped.
    private(set) var images = 0
    private(set) var seconds = 0.0
    private var secondsWaited = 0.0
    /// Seconds that this rank waited for images, and for other ranks.
    private(set) var ownWaited = 0.0
    private var exchanging = 0.0
    private var steps = 0

    /// Counts a step; evaluations and checkpoints do not count as time for images.
    mutating func add(_ step: StepResult, seconds: Double, exchanging: Double) {
      if step.isSkipped { return }
      loss += step.loss
      correct += step.correct
      images += step.images
      self.seconds += seconds
      secondsWaited += step.secondsWaited
      ownWaited += step.ownSecondsWaited
      self.exchanging += exchanging
      steps += 1
    }

    var meanLoss: Double { loss / Double(max(images, 1)) }
    var top1: Double { Double(correct) / Double(max(images, 1)) }
    var imagesPerSecond: Double { Double(images) / max(seconds, 1e-9) }
    var waiting: Double { secondsWaited / max(seconds, 1e-9) }
    /// Seconds that this rank waited for nothing.
    var computing: Double { max(0, seconds - exchanging - ownWaited) }

    /// This rank's own figures.
    func line(step: Int) -> String {
      let parts = [
        (computing, "computing"), (exchanging, "waiting for ranks"),
        (ownWaited, "waiting for images"),
      ].map { seconds, what in
        "\(String(format: "%.4f", seconds / Double(max(steps, 1)))) s \(what)"
      }
      return "step \(step): a step took \(parts.joined(separator: ", "))"
    }
  }

  private func report(of window: Window, secondsPerStep: Double) -> TrainingReport {
    TrainingReport(
      step: state.step, totalSteps: totalSteps, epoch: epoch, loss: window.meanLoss,
      top1: window.top1, learningRate: schedule.learningRate(step: state.step - 1),
      imagesPerSecond: window.imagesPerSecond, waiting: window.waiting,
      secondsPerStep: secondsPerStep)
  }

  private func finish(
    _ validation: Evaluation?, seconds: Double, images: Int
  ) throws(TrainingError) {
    activity.enter(.ending, step: state.step)
    guard let log else { return }
    let summary = RunLog.Summary(
      top1: validation?.top1, step: state.step, seconds: seconds,
      imagesPerSecond: Double(images) / max(seconds, 1e-9), ranks: communicator.size,
      stateSHA256: state.sha256)
    var retention = self.retention
    let notices = try folder.prune(
      writtenStep: state.step, &retention, advance: activity.advance)
    for notice in notices { try note(notice) }
    try log.finish(summary)
    page?.finished()
    observer?.finished(
      checkpoint: folder.checkpoint(step: state.step), validation: validation, seconds: seconds)
  }
}
