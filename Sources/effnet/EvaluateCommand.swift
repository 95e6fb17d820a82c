import ArgumentParser
import Foundation
import Training

/// `effnet evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a checkpoint on validation images.",
    discussion: "Every image counts once, whatever the number of ranks.")

  @Argument(help: "A checkpoint.")
  var checkpoint: String

  @Option(
    help: """
      Shards: a file, a folder, or a pattern such as 'digits/validation-*.h5'; the validation data \
      of the run unless given.
      """)
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Also write the probabilities of every image to this HDF5 file.", valueName: "file"))
  var probabilities: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    try Job.run { world in
      if let probabilities, world.rank == 0, FileManager.default.fileExists(atPath: probabilities) {
        throw Failure(
          .usage, "\(probabilities) exists; choose another file for --probabilities or remove it")
      }
      let result = try Evaluation(
        checkpoint: checkpoint, data: data, probabilities: probabilities, communicator: world)
      guard world.rank == 0 else { return }
      if json {
        try printJSON(result)
      } else {
        print(
          "\(checkpoint): top-1 \(percent(result.top1)) (\(result.correct) of \(result.count)), "
            + "loss \(fixed(result.loss, 4))")
      }
    }
  }
}
