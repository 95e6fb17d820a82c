import Foundation
import Kernels
public import MPI
public import Networks
import Tensors

/// Times whole training steps on synthetic images.
public struct StepBenchmark: Sendable, Encodable {
  /// Images a second of all ranks, from the median step.
  public private(set) var imagesPerSecond = 0.0
  /// Median seconds of a step.
  public private(set) var stepSeconds = 0.0
  /// Seconds of the shortest step.
  public private(set) var shortestStepSeconds = 0.0
  /// Seconds of the longest step.
  public private(set) var longestStepSeconds = 0.0
  /// Single-precision matrix rate of one core: 1024³ by OpenBLAS, in 10⁹ operations a second.
  public private(set) var sgemmGigaflops = 0.0
  /// Share of that rate which the step's multiply-adds (three times the forward pass) make up.
  public private(set) var fractionOfSGEMM = 0.0
  /// Largest resident memory of any rank.
  public private(set) var peakResidentBytes = 0
  /// Number of ranks.
  public private(set) var ranks = 0
  /// Images of a rank in a step.
  public private(set) var batch = 0
  /// Resolution in pixels.
  public private(set) var resolution = 0
  /// What OpenBLAS runs.
  public private(set) var coreType = ""

  /// Trains `steps` steps after two to warm up: forward, backward, exchange, optimizer.
  ///
  /// - Parameter batch: Images of each rank.
  public init(
    _ architecture: Architecture, batch: Int, microBatch: Int, steps: Int,
    communicator: Communicator
  ) throws {
    sgemmGigaflops = Self.sgemmRate()
    let layout = BatchLayout(
      microBatchCount: communicator.size * batch / microBatch, microBatchSize: microBatch,
      rank: communicator.rank, rankCount: communicator.size)
    let state = ModelState(
      table: architecture.parameterTable, seed: 1, isAveraging: true, usesMeanSquare: true)
    let network = EfficientNet(
      architecture, layout: layout, exchange: RankExchange(communicator),
      weights: state.weights)
    let optimizer = Optimizer(
      OptimizerConfiguration(), table: state.table, averagingDecay: 0.9999)
    let total = batch * communicator.size
    var random = CounterRandom(seed: 1, sample: communicator.rank, purpose: .synthetic)
    for i in 0..<network.images.count { network.images.start[i] = Float(random.normal()) }
    var seconds: [Double] = []
    for step in 0..<steps + 2 {
      for run in network.beginBatch(imageCount: total) {
        for (offset, position) in run.positions.enumerated() {
          network.labels[run.firstImage + offset] = Int32(position % architecture.classes)
          network.samples[run.firstImage + offset] = position
        }
      }
      try communicator.barrier()
      let start = DispatchTime.now()
      _ = try network.train(
        key: EfficientNet.RandomKey(seed: 1, epoch: step), smoothing: 0.1)
      guard
        optimizer.step(state, gradient: network.gradient, imageCount: total, rate: 1e-3)
      else {
        throw TrainingError(
          .numeric, "the gradient of step \(step + 1) is not finite; time fewer --steps")
      }
      try network.updateRunningStatistics(state.statistics.start)
      optimizer.averageStatistics(state)
      try communicator.barrier()
      let elapsed = DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds
      if step >= 2 { seconds.append(Double(elapsed) * 1e-9) }
    }
    seconds.sort()
    stepSeconds = seconds[seconds.count / 2]
    shortestStepSeconds = seconds[0]
    longestStepSeconds = seconds[seconds.count - 1]
    imagesPerSecond = Double(total) / stepSeconds
    ranks = communicator.size
    self.batch = batch
    resolution = architecture.resolution
    coreType = OpenBLAS.coreName
    fractionOfSGEMM =
      6 * Double(architecture.multiplyAdds) * imagesPerSecond / Double(ranks)
      / (sgemmGigaflops * 1e9)
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let own = [Double(usage.ru_maxrss * 1024)]
    var all = [Double](repeating: 0, count: ranks)
    try own.withUnsafeBufferPointer { own in
      try all.withUnsafeMutableBufferPointer { try communicator.allGather(own, into: $0) }
    }
    peakResidentBytes = Int(all.max() ?? 0)
  }

  /// Best of five products of 1024³, after one to warm up.
  private static func sgemmRate() -> Double {
    let side = 1024
    let (a, b, c) = (
      FloatBuffer(count: side * side), FloatBuffer(count: side * side),
      FloatBuffer(count: side * side)
    )
    a.values.update(repeating: 0.5)
    b.values.update(repeating: 0.25)
    var best = 0.0
    for _ in 0..<6 {
      let start = DispatchTime.now().uptimeNanoseconds
      GEMM.multiply(m: side, n: side, k: side, a.start, side, b.start, side, into: c.start, side)
      let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
      best = max(best, 2 * Double(side * side * side) / elapsed * 1e-9)
    }
    return withExtendedLifetime((a, b, c)) { best }
  }
}
