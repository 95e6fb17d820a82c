import Glibc
import Hosts
import Kernels
import MPI
import Networks
import Training

/// Times whole steps on synthetic images: training, or the forward pass of evaluation.
package struct StepBenchmark: Sendable, Encodable {
  /// What to time, and how.
  package struct Options: Sendable {
    /// Images of each rank in a step, and of a micro-batch.
    package var batch, microBatch: Int
    /// Timed steps, after two to warm up.
    package var steps: Int
    /// Whether scores are computed with running statistics, and nothing else.
    package var isEvaluation = false
    /// Whether to tell where the time goes.
    package var isProfiled = false
    /// How gradients travel between ranks.
    package var exchange = ExchangeConfiguration()
    /// Path of a file for the laps of the last step, see ``ChromeTrace``; nil for none.
    package var trace: String?

    /// Times `steps` training steps.
    package init(batch: Int, microBatch: Int, steps: Int) {
      self.batch = batch
      self.microBatch = microBatch
      self.steps = steps
    }
  }

  /// Images a second of all ranks, from the median step.
  package private(set) var imagesPerSecond = 0.0
  /// Median seconds of a step.
  package private(set) var stepSeconds = 0.0
  /// Seconds of the shortest step.
  package private(set) var shortestStepSeconds = 0.0
  /// Seconds of the longest step.
  package private(set) var longestStepSeconds = 0.0
  /// Single-precision matrix rate of one core: 1024³ by OpenBLAS, in 10⁹ operations a second.
  package private(set) var sgemmGigaflops = 0.0
  /// Share of that rate which the step's multiply-adds make up: three times those of the forward
  /// pass in training, those of the forward pass in evaluation.
  package private(set) var fractionOfSGEMM = 0.0
  /// Largest resident memory of any rank.
  package private(set) var peakResidentBytes = 0
  /// Number of ranks.
  package private(set) var ranks = 0
  /// Images of a rank in a step, and of a micro-batch.
  package private(set) var batch = 0
  package private(set) var microBatch = 0
  /// Timed steps.
  package private(set) var steps = 0
  /// Resolution in pixels.
  package private(set) var resolution = 0
  /// What OpenBLAS runs.
  package private(set) var coreType = ""
  /// `training` or `evaluation`.
  package private(set) var mode = ""
  /// Bytes of tensors that rank 0 reads and writes for an image, counted, see ``StepProfile``; nil
  /// in evaluation, which keeps what is wide in the cache.
  package private(set) var bytesPerImage: Double?
  /// Bytes a second, read and written together, of a copy in memory by one core while the other
  /// ranks copy as well; nil in evaluation.
  package private(set) var copyBytesPerSecond: Double?
  /// Median seconds of a step that ranks wait in the exchanges of batch-norm statistics, for the
  /// wire and for each other, and for gradients when the backward pass is over; means of the ranks,
  /// nil in evaluation.
  package private(set) var statisticsSeconds, exposedGradientSeconds: Double?
  /// Where the time of rank 0 goes, if that was asked for.
  package private(set) var profile: ProfileReport?

  /// Times `options.steps` steps after two to warm up: forward, backward, exchange, optimizer; or
  /// the forward pass of evaluation.
  ///
  /// - Throws: When a gradient is not finite, when the trace cannot be written, when a rank is
  ///   lost.
  package init(
    _ architecture: Architecture, _ options: Options, communicator: Communicator
  ) throws {
    let trace = try options.trace.map { try ChromeTrace(path: $0, rank: communicator.rank) }
    let sgemm = MachineRates.sgemm()
    let training =
      options.isEvaluation ? nil : try SyntheticTraining(architecture, options, communicator)
    let step: any SyntheticStep =
      try training ?? SyntheticEvaluation(architecture, options, communicator)
    // What a step moves does not depend on how long it takes.
    let counter = StepProfile(blockCount: architecture.blocks.count)
    _ = try Self.time(step, counter, communicator)
    _ = try Self.time(step, nil, communicator)
    let timer =
      options.isProfiled || options.trace != nil
      ? StepProfile(
        blockCount: architecture.blocks.count,
        // Gradients move on whenever it is time for it, so often or a few times more.
        eventCapacity: options.trace == nil ? 0 : 2 * counter.lapCount) : nil
    var seconds: [Double] = []
    var blocked: [(statistics: Double, gradients: Double)] = []
    var profiled: [(record: StepProfile.Record, seconds: Double)] = []
    for _ in 0..<options.steps {
      let elapsed = try Self.time(step, timer, communicator)
      seconds.append(elapsed)
      if let training {
        blocked.append(
          (training.secondsBlocked(in: .statistics), training.secondsBlocked(in: .gradientEnd)))
      }
      if options.isProfiled, let timer { profiled.append((timer.record, elapsed)) }
    }
    if let trace, let timer {
      try trace.write(timer.events, places: StepProfile.placeNames(architecture))
    }

    stepSeconds = seconds.median
    shortestStepSeconds = seconds.min() ?? 0
    longestStepSeconds = seconds.max() ?? 0
    ranks = communicator.size
    batch = options.batch
    microBatch = options.microBatch
    steps = options.steps
    imagesPerSecond = Double(ranks * batch) / stepSeconds
    resolution = architecture.resolution
    coreType = OpenBLAS.coreName
    mode = options.isEvaluation ? "evaluation" : "training"
    sgemmGigaflops = sgemm * 1e-9
    fractionOfSGEMM =
      (options.isEvaluation ? 2 : 6) * Double(architecture.multiplyAdds) * imagesPerSecond
      / Double(ranks) / sgemm
    peakResidentBytes = Int(
      try communicator.allGather([ProcessMemory.peakBytes]).max() ?? 0)
    guard let training else { return }
    let all = try communicator.allGather([
      blocked.map(\.statistics).median, blocked.map(\.gradients).median,
    ])
    statisticsSeconds =
      stride(from: 0, to: all.count, by: 2).reduce(0) { $0 + all[$1] } / Double(ranks)
    exposedGradientSeconds =
      stride(from: 1, to: all.count, by: 2).reduce(0) { $0 + all[$1] } / Double(ranks)
    // The buffers of the copy must not count as the network's.
    copyBytesPerSecond = MachineRates.copy(
      bytes: max(MachineRates.beyondCache / ranks, 32 << 20))
    let bytes = counter.record.total()
    bytesPerImage =
      Double((bytes.read + bytes.written) * MemoryLayout<Float>.stride) / Double(batch)
    if options.isProfiled {
      profile = ProfileReport(
        profiled, images: batch, architecture, expansions: training.network.expansions)
    }
  }

  /// Seconds between the moments when all ranks are ready and when all are done.
  private static func time(
    _ step: any SyntheticStep, _ profile: StepProfile?, _ communicator: Communicator
  ) throws -> Double {
    try communicator.barrier()
    return try MachineRates.seconds {
      profile?.begin()
      try step.run(profile)
      try communicator.barrier()
      profile?.lap(.waiting, .update, .step)
    }
  }
}
