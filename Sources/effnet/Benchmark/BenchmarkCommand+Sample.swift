import ArgumentParser
import Benchmarks
import Foundation
import Networks
import Training

extension BenchmarkCommand {
  /// `effnet benchmark sample`: one job of `effnet benchmark scaling`, which starts it.
  struct Sample: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Records steps and their exchanges as JSON.", shouldDisplay: false)

    @OptionGroup var network: NetworkOptions

    @Option(
      help: "Images of each rank in a step.", transform: BoundedNumber.whole(1...65_536, "images"))
    var batch: Int

    @Option(
      help: "Images of a micro-batch.", transform: BoundedNumber.whole(1...65_536, "images"))
    var microBatch: Int

    @Option(help: "Recorded steps.", transform: BoundedNumber.whole(1...100_000, "steps"))
    var steps: Int

    @Option(help: "Take network and images from a configuration.")
    var config: String?

    @Option(name: .customLong("set"), help: "Replace a value of the configuration.")
    var overrides: [String] = []

    @Flag(help: "Measure the links between the ranks, too.")
    var calibrate = false

    @Option(
      help: "Place of the first rank among the processors.",
      transform: BoundedNumber.whole(0...65_536, "processors"))
    var firstProcessor = 0

    func run() throws {
      try Job.run { world in
        let configuration = try config.map { path in
          let own = [
            "batch.size=\(batch * world.size)", "batch.microBatch=\(microBatch)",
            "batch.rounds=1",
          ]
          return try Job.agreed(
            Result { try ConfigurationFile.read(path, overrides + own) }, world)
        }
        var options = ScalingSample.Options(batch: batch, microBatch: microBatch, steps: steps)
        options.isCalibrating = calibrate
        options.firstProcessor = firstProcessor
        let sample = try ScalingSample(
          architecture(configuration), configuration, options, world)
        guard world.rank == 0 else { return }
        print(String(decoding: try JSONEncoder().encode(sample), as: UTF8.self))
      }
    }

    private func architecture(_ configuration: Configuration?) throws -> Architecture {
      if let configuration {
        let classes = try DataFeed(configuration).training.dataset.classNames.count
        return Architecture(configuration.network, classes: classes)
      }
      return try network.architecture
    }
  }
}
