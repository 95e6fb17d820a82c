import ArgumentParser
import Foundation
import Reports
import Training

/// `effnet evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a checkpoint on validation images.",
    discussion: "Every image counts once, whatever the number of ranks.")

  @Argument(help: "A checkpoint.", transform: NamedPath.read)
  var checkpoint: String

  @Option(
    help: """
      Shards: a file, a folder, or a pattern such as 'digits/validation-*.h5'; unless given, \
      the validation data of the run, or what it has held out.
      """)
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Also write the probabilities of every image to this HDF5 file.", valueName: "file"))
  var probabilities: String?

  @Option(
    help: ArgumentHelp(
      "Also write to this HDF5 file which images are recognised.", valueName: "file"))
  var correctness: String?

  @Option(
    help: ArgumentHelp(
      "Also write a page with the confusion matrix and the most mistaken pictures.",
      valueName: "file"))
  var report: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    try Job.run { world in
      if world.rank == 0 {
        try OutputFile.requireNew(probabilities, "--probabilities")
        try OutputFile.requireNew(correctness, "--correctness")
        try OutputFile.requireFolder(of: correctness, "--correctness")
        try OutputFile.requireNew(report, "--report")
        try OutputFile.requireFolder(of: report, "--report")
      }
      let result = try Evaluation(
        checkpoint: checkpoint, data: data, probabilities: probabilities,
        correctness: correctness, report: report, communicator: world)
      guard world.rank == 0 else { return }
      if json {
        printJSON(result)
      } else {
        print(
          "\(checkpoint): top-1 \(result.top1.percentText) (\(result.correct) of \(result.count)), "
            + (result.top5.map { "top-5 \($0.percentText), " } ?? "")
            + "loss \(fixed(result.loss, 4))")
        if let report { print("page: \(report)") }
      }
    }
  }
}
