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
        try requireNew(probabilities, "--probabilities")
        try requireNew(report, "--report")
        try requireFolder(of: report)
      }
      let result = try Evaluation(
        checkpoint: checkpoint, data: data, probabilities: probabilities, report: report,
        communicator: world)
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
  /// Nothing is overwritten.
  private func requireNew(_ file: String?, _ option: String) throws {
    guard let file, FileManager.default.fileExists(atPath: file) else { return }
    throw Failure(.usage, "\(file) exists; choose another file for \(option) or remove it")
  }

  /// A long evaluation is not to end with a page that cannot be written.
  private func requireFolder(of report: String?) throws {
    guard let report else { return }
    let folder = URL(fileURLWithPath: report).deletingLastPathComponent().path
    guard !FileManager.default.isWritableFile(atPath: folder) else { return }
    throw Failure(
      .output,
      "\(report) cannot be written: the folder \(folder) is missing or closed; choose another "
        + "for --report")
  }
}
