import ArgumentParser
import Benchmarks
import Boundary
import Datasets
import Foundation
import Hosts
import Reports
import Training

extension BenchmarkCommand {
  /// `effnet benchmark loader`.
  struct Loader: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Times reading, decoding and augmenting, without a network.",
      discussion: """
        Goes through the training data of a configuration as training does, once. The shards are \
        dropped from the file cache first.
        """)

    @Argument(help: "Configuration of a run, in YAML.", transform: NamedPath.read)
    var config: String

    @Option(
      name: .customLong("set"), help: "Replace a value of the configuration: section.key=value.")
    var overrides: [String] = []

    @Option(
      help: "Images of each rank; one epoch unless given.",
      transform: BoundedNumber.whole(1...1_000_000_000, "images"))
    var images: Int?

    @Option(
      help: ArgumentHelp(
        """
        Take made-up JPEG pictures instead of the configuration's training data: so many, in \
        shards in a temporary folder.
        """, valueName: "count"),
      transform: BoundedNumber.whole(1...10_000_000, "pictures"))
    var synthetic: Int?

    @Option(
      help: "Size of the made-up pictures; 500x375 unless given.", transform: PictureSize.init)
    var size = PictureSize(width: 500, height: 375)

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
      try Job.run { world in
        StopSignal.watch()
        var pictures: SyntheticPictures?
        var overrides = overrides
        if let synthetic {
          guard world.size == 1 else {
            throw Failure(.usage, "--synthetic is for one process; start it without mpirun")
          }
          let made = try SyntheticPictures(
            count: synthetic, width: size.width, height: size.height)
          let train = ShardPath.escaped(made.folder).quotedForYAML
          overrides += ["data.train=\(train)", "data.validation=[]"]
          pictures = made
        }
        defer { pictures?.remove() }
        let result = try LoaderBenchmark(
          Job.agreed(Result { try ConfigurationFile.read(config, overrides) }, world),
          images: images,
          communicator: world)
        guard world.rank == 0 else { return }
        if json { printJSON(result) } else { print(Self.text(result)) }
      }
    }

    private static func text(_ result: LoaderBenchmark) -> String {
      let megabytes = fixed(Double(result.usedBytes) * 1e-6, 1)
      let disk =
        result.diskBytes.map { "\(fixed(Double($0) * 1e-6, 1)) MB read from disk" }
        ?? "the system does not tell what was read from disk"
      let amplification = result.readAmplification.map { ", \(fixed($0, 3)) for one used" } ?? ""
      return """
        \(fixed(result.imagesPerSecond, 0)) images/s: \(result.images.groupedText) of \
        \(result.datasetImages.counted("image")) in \(fixed(result.seconds, 2)) s, \
        \(result.ranks.counted("rank")) with \(result.threads.counted("loader thread"))
        \(megabytes) MB of images used, \(disk)\(amplification)
        \(fixed(result.batchDiversity, 3)) runs an image in a batch; drawn at random \
        \(fixed(result.fullShuffleDiversity, 3))
        peak memory \(fixed(Double(result.peakResidentBytes) * 1e-6, 0)) MB
        """
    }
  }
}
