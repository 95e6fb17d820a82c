import ArgumentParser
import Benchmarks
import Boundary
import Networks
import Tensors
import Training

extension BenchmarkCommand {
  /// `effnet benchmark step`.
  struct Step: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Times whole training steps on synthetic images.")

    @OptionGroup var network: NetworkOptions

    @Option(
      help: "Images of each rank in a step.", transform: BoundedNumber.whole(1...65_536, "images"))
    var batch = 16

    @Option(
      help: "Images of a micro-batch; the batch unless given.",
      transform: BoundedNumber.whole(1...65_536, "images"))
    var microBatch: Int?

    @Option(
      help: "Timed steps, after two to warm up.",
      transform: BoundedNumber.whole(1...1_000_000, "steps"))
    var steps = 5

    @Option(help: "How gradients travel: float32 or bfloat16.")
    var transport = GradientTransport.float32

    @Flag(inversion: .prefixedNo, help: "Send gradients off during the backward pass.")
    var overlap = true

    @Flag(help: "Time forward passes of evaluation instead of training.")
    var evaluate = false

    @Flag(help: "Tell where the time goes, by operation and by block.")
    var profile = false

    @Option(
      help: ArgumentHelp(
        "Write the last step as a Chrome trace, to FILE.rankN on rank N > 0.", valueName: "file"))
    var trace: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    /// Records of so many steps are kept until their means are taken.
    private static let mostProfiledSteps = 1_000

    func validate() throws {
      if profile && steps > Self.mostProfiledSteps {
        throw ValidationError("--profile takes at most \(Self.mostProfiledSteps) --steps")
      }
      if evaluate && (profile || trace != nil) {
        throw ValidationError(
          "--profile and --trace follow the steps of training; leave out --evaluate")
      }
      if evaluate && microBatch != nil {
        throw ValidationError("--evaluate takes the batch as one; leave out --micro-batch")
      }
      if let microBatch {
        guard batch % microBatch == 0 else {
          throw ValidationError("--micro-batch must divide --batch (\(batch))")
        }
      }
    }

    func run() throws {
      let architecture = try network.architecture
      var options = StepBenchmark.Options(
        batch: batch, microBatch: microBatch ?? batch, steps: steps)
      options.isEvaluation = evaluate
      options.isProfiled = profile
      options.exchange = ExchangeConfiguration(transport: transport, overlap: overlap)
      options.trace = trace
      try Job.run { world in
        let result = try StepBenchmark(architecture, options, communicator: world)
        guard world.rank == 0 else { return }
        if json { printJSON(result) } else { show(result) }
      }
    }

    private func show(_ result: StepBenchmark) {
      print(
        """
        \(network.model) at \(result.resolution) × \(result.resolution), \
        \(result.batch.counted("image")) a rank, \(result.ranks.counted("rank")), \(result.mode)
        \(fixed(result.imagesPerSecond, 2)) images/s; a step takes \
        \(fixed(result.stepSeconds, 4)) s (median of \(steps), \
        \(fixed(result.shortestStepSeconds, 4)) to \(fixed(result.longestStepSeconds, 4)))
        \(fixed(100 * result.fractionOfSGEMM, 1)) % of this core's matrix rate, \
        \(fixed(result.sgemmGigaflops, 1)) GFLOP/s with OpenBLAS \(result.coreType)
        """)
      if let bytes = result.bytesPerImage, let rate = result.copyBytesPerSecond {
        let imageSeconds = result.stepSeconds / Double(result.batch)
        print(
          """
          \(fixed(bytes * 1e-6, 1)) MB moved an image: \(fixed(1000 * bytes / rate, 2)) of its \
          \(fixed(1000 * imageSeconds, 2)) ms at this core's copy rate, \(fixed(rate * 1e-9, 1)) GB/s
          """)
      }
      if result.ranks > 1, let statistics = result.statisticsSeconds,
        let gradients = result.exposedGradientSeconds
      {
        print(
          """
          waiting in a step: \(fixed(1000 * statistics, 2)) ms for batch-norm statistics, \
          \(fixed(1000 * gradients, 2)) ms for gradients after the backward pass
          """)
      }
      print("\(fixed(Double(result.peakResidentBytes) / 1e6, 0)) MB resident in the largest rank")
      guard let profile = result.profile else { return }
      print("\n" + ProfileTable(profile, ranks: result.ranks).text)
    }
  }
}

extension GradientTransport: ExpressibleByArgument {}
