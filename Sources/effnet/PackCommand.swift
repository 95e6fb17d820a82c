import ArgumentParser
import Datasets
import Foundation

/// `effnet pack`.
struct PackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Makes HDF5 shards of images, divided into training and validation.",
    discussion: """
      SOURCE is an HDF5 file with datasets `images` (uint8, [N, H, W] or [N, H, W, C]) and `labels`, \
      or an MNIST idx file of images, with the idx file of labels given by --labels.
      """)

  @Argument(help: "An HDF5 file, or an idx file of images.")
  var source: String

  @Argument(help: "Folder for the shards.")
  var folder: String

  @Option(help: "The idx file of labels.")
  var labels: String?

  @Option(
    help: "Images put aside for validation: a number, or a fraction below 1; as many of each class."
  )
  var validation = "0.2"

  @Option(help: "Chooses which images those are.")
  var seed: UInt64 = 0

  @Option(help: "Most images of a shard.")
  var shardLimit = 10_000

  @Option(help: "Names of the classes, separated by commas.")
  var classes: String?

  @Option(help: "Credit and licence of the pictures, kept in the shards.")
  var credit: String?

  func validate() throws {
    if shardLimit < 1 { throw ValidationError("--shard-limit must be at least 1") }
    _ = try division()
  }

  private func division() throws -> Packer.Validation {
    if let count = Int(validation), count >= 0 { return .count(count) }
    if let fraction = Double(validation), fraction >= 0, fraction < 1 { return .fraction(fraction) }
    throw ValidationError(
      "--validation \(validation): give a number of images, or a fraction from 0 to below 1")
  }

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    if (environment["OMPI_COMM_WORLD_SIZE"].flatMap { Int($0) } ?? 1) > 1 {
      throw Failure(.usage, "pack is one process's work; start it without mpirun")
    }
    let packer = Packer(validation: try division(), seed: seed, shardLimit: shardLimit)
    let names = classes?.split(separator: ",").map {
      String($0).split(separator: " ").joined(separator: " ")
    }
    let output: Packer.Output
    do {
      if let labels {
        output = try packer.pack(
          IDXSource(images: source, labels: labels, classNames: names, credit: credit ?? ""),
          into: folder)
      } else {
        output = try packer.pack(
          HDF5Source(path: source, classNames: names, credit: credit), into: folder)
      }
    } catch { throw Failure(error) }
    for path in output.training + output.validation { print(path) }
  }
}
