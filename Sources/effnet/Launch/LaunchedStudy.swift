import Boundary
import Foundation
import Studies
import Training

/// A study of `effnet search`.
struct LaunchedStudy: LaunchedWork {
  let name = "study"
  /// That of the base.
  let configuration: Configuration
  let arguments: [String]
  let examination: [String]
  let lastFile = StudyFolder.results
  private let study: StudyFolder

  /// Reads the configuration.
  init(
    _ kind: StudyKind, _ config: String, _ overrides: [String], output: String?,
    _ execution: StudyExecution
  ) throws {
    configuration = try ConfigurationFile.readStudy(config, overrides).run
    study = StudyFolder(output ?? ConfigurationFile.defaultOutput(config, of: kind))
    let settings = overrides.flatMap { ["--set", $0] }
    arguments =
      ["search", kind.rawValue, config, "--output", study.path] + settings + execution.arguments
    examination = [config, "--study", "--output", study.path] + settings
  }

  var folder: RunFolder { study.run }

  /// Ranks share the micro-batches of each training and all trainings that can go on side by side.
  /// How many those are only the data tell, and a search only as it goes.
  var mostRanks: Int? { nil }

  func requireNew() throws(TrainingError) { try study.requireNew() }

  func progress() throws(TrainingError) -> LaunchProgress {
    var ledger = stat()
    let hasBegun = stat(study.file(StudyFolder.ledger), &ledger) == 0
    var marks = ["\(ledger.st_size)"]
    for trial in try study.trials() { marks += try trial.checkpoints().prefix(1) }
    return LaunchProgress(
      marks: marks,
      start: hasBegun ? "from \(study.file(StudyFolder.ledger))" : "from the beginning",
      absence: "neither a result nor a checkpoint was")
  }
}
