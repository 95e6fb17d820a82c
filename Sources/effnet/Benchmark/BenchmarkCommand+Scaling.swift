import ArgumentParser
import Benchmarks
import Boundary
import Foundation
import Hosts
import Kernels
import Networks
import Training

extension BenchmarkCommand {
  /// `effnet benchmark scaling`.
  struct Scaling: UnsharedCommand {
    static let configuration = CommandConfiguration(
      abstract: "Measures weak and strong scaling, and tells where efficiency goes.",
      discussion: """
        Starts mpirun itself: on this host, on those of --hosts, or on those of a Slurm allocation. \
        Writes scaling.json, scaling.html and scaling.md. Baselines are one rank alone, and one \
        rank whose neighbours are busy with copies of it.
        """)

    @Option(
      help: ArgumentHelp("Numbers of ranks.", valueName: "n,n"), transform: RankCounts.init)
    var ranks = RankCounts([1, 2])

    @OptionGroup var network: NetworkOptions

    @Option(
      help: "Images: of each rank in weak scaling, in all in strong scaling; 16 unless given.",
      transform: BoundedNumber.whole(1...65_536, "images"))
    var batch: Int?

    @Option(
      help: "Images of a micro-batch; what a rank has in the largest point unless given.",
      transform: BoundedNumber.whole(1...65_536, "images"))
    var microBatch: Int?

    @Option(
      help: "Recorded steps of a repetition.",
      transform: BoundedNumber.whole(1...100_000, "steps"))
    var steps = 20

    @Option(
      help: "Repetitions of each point, interleaved.",
      transform: BoundedNumber.whole(1...1_000, "repetitions"))
    var repetitions = 5

    @Flag(help: "Measure weak scaling; both unless one is given.")
    var weak = false

    @Flag(help: "Measure strong scaling; both unless one is given.")
    var strong = false

    @Option(
      help: ArgumentHelp("Train on the images of a configuration.", valueName: "file"),
      transform: NamedPath.read)
    var config: String?

    @Option(
      name: .customLong("set"),
      help: ArgumentHelp("Replace a value of the configuration.", valueName: "key=value"))
    var overrides: [String] = []

    @Option(help: ArgumentHelp("Host file for mpirun.", valueName: "file"))
    var hosts: String?

    @Flag(help: "Allow more ranks than processors; such a report measures no speed.")
    var oversubscribe = false

    @Option(help: ArgumentHelp("Predict other networks, too.", valueName: "b3,b7"))
    var predict: String?

    @Option(
      help: "Ranks on each host of predictions; as measured unless given.",
      transform: BoundedNumber.whole(1...4_096, "ranks"))
    var ranksPerHost: Int?

    @Option(
      help: ArgumentHelp(
        "Take this link between hosts instead of a calibrated one.", valueName: "100us,1gbit"),
      transform: Self.link)
    var link: Link?

    @Option(help: ArgumentHelp("Folder for the report.", valueName: "dir"))
    var output = "Scaling"

    @Flag(help: "Print scaling.json.")
    var json = false

    private static let defaultBatch = 16

    func validate() throws {
      for name in predicted { _ = try NetworkOptions.variant(name, name) }
      if config != nil, network.resolution != nil {
        throw ValidationError("--config has the resolution; use --set network.resolution=N")
      }
    }

    private var predicted: [String] {
      predict?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
    }

    private static func link(_ text: String) throws(BoundedNumber.Refusal) -> Link {
      guard let link = Link(text) else {
        throw BoundedNumber.Refusal(
          description: "give latency, up to 60s, and rate, from 1kbit to 1000000gbit, such as "
            + "100us,1gbit")
      }
      return link
    }

    func run() throws {
      guard !Launcher.isWithinMPIRun(ProcessInfo.processInfo.environment) else {
        throw Failure(
          .usage, "benchmark scaling starts mpirun itself; start it without, and name the --ranks")
      }
      let plan = try plan()
      try prepareOutput()
      StopSignal.watch()
      try write(ScalingReport(ScalingMeasurement(plan) { if !json { print($0) } }))
    }

    private func plan() throws -> ScalingPlan {
      let counts = ranks.counts
      let largest = counts.max() ?? 1
      let processors = AllottedCores().processors.count
      guard oversubscribe || hosts != nil || largest <= processors || isInAllocation else {
        throw Failure(
          .usage,
          "\(largest) ranks are more than the \(processors) processors of this host; take fewer "
            + "--ranks, name --hosts, or --oversubscribe, which measures no speed")
      }
      if let hosts {
        try ConfigurationFile.requireReadableAgain(hosts, content: "the list of hosts")
      }
      let (isWeak, isStrong) = weak || strong ? (weak, strong) : (true, true)
      let configuration = try config.map {
        try ConfigurationFile.requireReadableAgain($0)
        return try ConfigurationFile.read($0, overrides)
      }
      let batch = batch ?? configuration?.batch.size ?? Self.defaultBatch
      let microBatch =
        microBatch ?? configuration?.batch.microBatch ?? (isStrong ? batch / largest : batch)
      let shares = [batch] + (isStrong ? counts.map { batch % $0 == 0 ? batch / $0 : 0 } : [])
      guard microBatch > 0, shares.allSatisfy({ $0 > 0 && $0 % microBatch == 0 }) else {
        throw Failure(
          .usage,
          "--batch \(batch) does not give every rank of --ranks \(ranks) the same number of "
            + "micro-batches of \(max(microBatch, 1)) images; choose another --batch or "
            + "--micro-batch, or --weak alone")
      }
      let architecture =
        try configuration.map { Architecture($0.network, classes: $0.network.classes ?? 1) }
        ?? network.architecture
      var plan = ScalingPlan(
        model: configuration?.network.name ?? network.model,
        resolution: architecture.resolution,
        batch: batch, microBatch: microBatch, steps: steps, repetitions: repetitions,
        ranks: counts)
      (plan.weak, plan.strong) = (isWeak, isStrong)
      (plan.configuration, plan.overrides) = (config, overrides)
      plan.hostFile = hosts
      plan.isOversubscribing = oversubscribe
      plan.predicted = predicted.filter { $0 != network.model || config != nil }
      plan.ranksPerHost = ranksPerHost
      plan.link = link
      return plan
    }

    private var isInAllocation: Bool {
      ProcessInfo.processInfo.environment["SLURM_JOB_ID"] != nil
    }

    private func prepareOutput() throws {
      do {
        try FileManager.default.createDirectory(
          atPath: output, withIntermediateDirectories: true)
      } catch {
        throw Failure(
          .output,
          "the folder \(output) cannot be made: \(error.systemReason); choose another "
            + "--output")
      }
    }

    private func write(_ report: ScalingReport) throws {
      let json = try JSONEncoder.ofAnyNumber([.sortedKeys, .withoutEscapingSlashes]).encode(report)
      let files = [
        ("scaling.json", json), ("scaling.html", Data(report.html.utf8)),
        ("scaling.md", Data(report.markdown.utf8)),
      ]
      for (name, data) in files {
        do {
          try data.write(to: URL(fileURLWithPath: "\(output)/\(name)"), options: .atomic)
        } catch {
          throw Failure(
            .output,
            "\(output)/\(name) cannot be written: \(error.systemReason); choose another "
              + "--output")
        }
      }
      if self.json {
        print(String(decoding: json, as: UTF8.self).shownJSON)
      } else {
        print(
          "\n\(report.summary)\n\(output)/scaling.html, scaling.md and scaling.json are written")
      }
    }
  }
}
