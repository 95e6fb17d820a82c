import Datasets
import Foundation
import Kernels
import MPI
import Networks
internal import Supervision
import Tensors

/// A run that is ready for its next step: what a ``Trainer`` steps with.
///
/// All that precedes the first step happens here, together on all ranks: opening data, building the
/// network, taking the folder, reading checkpoints.
struct PreparedRun {
  let plan: RunPlan
  let group: TrainingGroup
  /// Host of each rank.
  let hosts: [String]
  let exchange: RankExchange
  let state: ModelState
  /// For the validation data, if there are any.
  let evaluationNetwork: EvaluationNetwork?
  let optimizer: Optimizer
  /// Whether an earlier session has taken all steps and summed them up.
  private(set) var isFinished = false
  /// On rank 0.
  private(set) var checkpoints: RunCheckpoints?
  /// On rank 0.
  private(set) var records: RunRecords?
  /// Keys that are not what they were before the run went on; on rank 0.
  private var changed: [String] = []
  /// On rank 0.
  private var lease: FolderLease?
  private let output: RunFolder
  private let observer: (any TrainingObserver)?

  /// Prepares a run from its beginning, or from the newest checkpoint of its folder.
  ///
  /// - Parameters:
  ///   - observer: On rank 0 alone.
  ///   - log: What this rank tells about itself; opened here.
  /// - Throws: When data, configuration, number of ranks or checkpoint do not fit together; on all
  ///   ranks the same, unless they cannot talk to each other.
  init(
    _ configuration: Configuration, _ group: TrainingGroup, _ output: RunFolder, isResuming: Bool,
    observer: (any TrainingObserver)?, log: RankLog?, stopRequest: StopRequest
  ) throws(TrainingError) {
    self.group = group
    self.output = output
    self.observer = observer
    let plan = try RunPlan(configuration, group)
    self.plan = plan
    hosts = try group.hosts()
    exchange = try RankExchange(
      group.communicator, configuration.exchange,
      microBatchCount: plan.layout.partition.microBatchCount, activity: group.activity)
    (state, evaluationNetwork) = try group.agreed { () throws(TrainingError) in
      try TrainingError.making(try Self.networks(of: plan))
    }
    optimizer = Optimizer(
      configuration.optimizer, table: state.table,
      averagingDecay: configuration.averaging.decay, clipNorm: configuration.training.clipNorm,
      firstTrained: configuration.finetuning.freeze.firstTrained(of: plan.architecture),
      backboneRate: configuration.finetuning.backboneRate)
    // The last stage needs most memory: better to know now.
    try group.agreed { () throws(TrainingError) in
      _ = try TrainingStage(ofStep: plan.totalSteps, of: plan, state, exchange)
    }
    if group.isFirst { checkpoints = RunCheckpoints(output, configuration, group.activity) }
    if isResuming {
      // Before anything is read: another run may still add to it.
      try takeFolder(waiting: FolderLease.seconds, stopRequest)
      try resume()
    }
    try beginFromCheckpoint()
    if !isResuming { try takeFolder(waiting: 0, stopRequest) }
    try beginRecords()
    try open(log)
  }

  /// What is trained, and what is evaluated meanwhile.
  private static func networks(
    of plan: RunPlan
  ) throws(MemoryShortage) -> (ModelState, EvaluationNetwork?) {
    let configuration = plan.configuration
    let state = try ModelState(
      table: plan.architecture.parameterTable, seed: UInt64(configuration.training.seed),
      isAveraging: configuration.averaging.decay > 0,
      usesMeanSquare: configuration.optimizer.usesMeanSquare)
    guard plan.feed.validation != nil else { return (state, nil) }
    let (weights, statistics) = state.evaluated
    let evaluated = Architecture(
      configuration.evaluated.network, classes: plan.architecture.classes)
    let network = try EvaluationNetwork(
      evaluated, capacity: configuration.batch.microBatch, weights: weights,
      statistics: statistics)
    return (state, network)
  }

  /// Has rank 0 make the folder and keep other runs out of it.
  private mutating func takeFolder(
    waiting seconds: Double, _ stopRequest: StopRequest
  ) throws(TrainingError) {
    lease = try group.agreed { () throws(TrainingError) in
      guard group.isFirst else { return nil }
      try output.prepare()
      return try FolderLease(
        output, waiting: seconds, stopRequest: stopRequest, advance: group.activity.advance
      ) { observer?.noticed($0) }
    }
  }

  /// Continues from the newest checkpoint that is whole; rank 0 reads it for all.
  private mutating func resume() throws(TrainingError) {
    let run = ResumedRun(
      configuration: plan.configuration, table: state.table, totalSteps: plan.totalSteps,
      dataset: plan.feed.training.dataset)
    changed = try group.agreed { () throws(TrainingError) in
      try checkpoints?.readNewest(into: state, run) { observer?.noticed($0) } ?? []
    }
    let hasSummary =
      group.isFirst && FileManager.default.fileExists(atPath: output.file("summary.json"))
    var numbers = [Int64(state.step), Int64(state.skippedSteps), hasSummary ? 1 : 0]
    try group.exchange { communicator throws(MPIError) in
      try numbers.withUnsafeMutableBufferPointer { numbers throws(MPIError) in
        try communicator.broadcast(numbers, from: 0)
      }
      try state.broadcast(over: communicator, group.activity)
    }
    state.step = Int(numbers[0])
    state.skippedSteps = Int(numbers[1])
    isFinished = state.step >= plan.totalSteps && numbers[2] > 0
  }

  /// Begins with the weights of the configured checkpoint, if there is one; rank 0 reads it for
  /// all.
  ///
  /// A run that goes on has its weights already.
  private func beginFromCheckpoint() throws(TrainingError) {
    guard state.step == 0, let path = plan.configuration.finetuning.checkpoint else { return }
    try group.agreed { () throws(TrainingError) in
      guard group.isFirst else { return }
      let notice = try state.takeTrunk(
        of: path, plan.architecture, classNames: plan.feed.training.dataset.classNames,
        advance: group.activity.advance)
      if let notice { observer?.noticed(notice) }
    }
    try group.exchange { communicator throws(MPIError) in
      try state.broadcast(over: communicator, group.activity)
    }
  }

  /// Begins what rank 0 writes beside the checkpoints.
  private mutating func beginRecords() throws(TrainingError) {
    records = try group.agreed { () throws(TrainingError) in
      guard let checkpoints else { return nil }
      try output.write(plan.configuration.annotatedYAML, to: "configuration.yaml")
      try output.write(checkpoints.identity + "\n", to: RunFolder.identityFile)
      let records = try RunRecords(
        output, start, plan.configuration, hostCount: Set(hosts).count, isFinished: isFinished,
        observer)
      if !isFinished { try checkpoints.prepareToSave(state) }
      return records
    }
  }

  private var start: TrainingStart {
    let (configuration, architecture) = (plan.configuration, plan.architecture)
    return TrainingStart(
      model: configuration.network.name, resolution: architecture.resolution,
      classes: architecture.classes, parameters: state.table.parameterCount,
      trainingImages: plan.feed.training.dataset.count,
      validationImages: plan.feed.validation?.dataset.count ?? 0,
      evaluatesHeldOut: configuration.data.validateOn == .heldOut,
      batchSize: configuration.batch.size, microBatches: configuration.batch.microBatchCount,
      rounds: configuration.batch.rounds, ranks: group.size, coreType: OpenBLAS.coreName,
      firstStep: state.step, totalSteps: plan.totalSteps, stepsPerEpoch: plan.stepsPerEpoch,
      replaced: configuration.replaced, changed: changed)
  }

  /// Opens the log of each rank, and tells of the first that is not written.
  private func open(_ log: RankLog?) throws(TrainingError) {
    let own = [UInt8]((log?.open() ?? "").utf8)
    let problems = try group.exchange { communicator throws(MPIError) in
      try communicator.allGatherParts(own)
    }.filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
    log?.note(exchange.summary)
    guard let first = problems.first else { return }
    let others = problems.count > 1 ? ", nor are those of \(problems.count - 1) other ranks" : ""
    observer?.noticed("\(first)\(others); training goes on without it")
  }
}

extension ModelState {
  /// Hands the numbers that rank 0 holds to all.
  ///
  /// In pieces, each of which is progress: a whole arena may take a slow link longer than ranks are
  /// allowed to wait.
  fileprivate func broadcast(
    over communicator: Communicator, _ activity: Activity
  ) throws(MPIError) {
    // 4 MiB.
    let piece = 1 << 20
    for arena in arenas {
      for start in stride(from: 0, to: arena.buffer.count, by: piece) {
        let end = min(start + piece, arena.buffer.count)
        try communicator.broadcast(
          UnsafeMutableBufferPointer(rebasing: arena.buffer.values[start..<end]), from: 0)
        activity.advance()
      }
    }
  }

  /// Takes over the weights of a checkpoint, those of the classifier only where classes are the
  /// same.
  ///
  /// - Returns: What people are told, if anything.
  fileprivate func takeTrunk(
    of path: String, _ architecture: Architecture, classNames: [String], advance: () -> Void
  ) throws(TrainingError) -> String? {
    let (checkpoint, configuration, source) = try Checkpoint.load(path, advance: advance)
    let (old, new) = (source.table.trainable, table.trainable)
    let (oldTrunk, newTrunk) = (old.filter { !$0.isClassifier }, new.filter { !$0.isClassifier })
    guard oldTrunk == newTrunk else {
      throw TrainingError(
        .usage,
        "finetuning.checkpoint \(path) is of another network: tensor "
          + "\(oldTrunk.firstDifference(from: newTrunk)); use the section network that it was "
          + "trained with")
    }
    let trained = Architecture(configuration.network, classes: architecture.classes)
    guard architecture.computes(like: trained) else {
      throw TrainingError(
        .usage,
        "finetuning.checkpoint \(path) is of another network: strides, shortcuts, activation or "
          + "batchNormEpsilon differ; use the section network that it was trained with")
    }
    let keepsClassifier = checkpoint.classNames == classNames && old == new
    let (weights, statistics) = source.evaluated
    // The classifier is the end of the arena.
    let classifier = new.first { $0.isClassifier }?.offset ?? weights.count
    let count = keepsClassifier ? weights.count : classifier
    self.weights.start.update(from: weights.start, count: count)
    averagedWeights?.start.update(from: weights.start, count: count)
    for target in [self.statistics, averagedStatistics] {
      target?.start.update(from: statistics.start, count: statistics.count)
    }
    if keepsClassifier { return nil }
    guard checkpoint.classNames != classNames else {
      return
        "the classifier starts anew: network.classes is \(architecture.classes), another number "
        + "than in \(path)"
    }
    return "the classifier starts anew for the classes \(DataFeed.list(classNames)): \(path) was "
      + "trained for \(DataFeed.list(checkpoint.classNames))"
  }
}
