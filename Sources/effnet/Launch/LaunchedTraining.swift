import Training

/// A run of `effnet train`.
struct LaunchedTraining: LaunchedWork {
  let name = "run"
  let configuration: Configuration
  let folder: RunFolder
  let arguments: [String]
  let examination: [String]
  let lastFile = "summary.json"

  /// Reads the configuration.
  init(_ config: String, _ overrides: [String], output: String?) throws {
    configuration = try ConfigurationFile.read(config, overrides)
    folder = RunFolder(output ?? ConfigurationFile.defaultOutput(config))
    let settings = overrides.flatMap { ["--set", $0] }
    arguments = ["train", config, "--output", folder.path] + settings
    examination = [config] + settings + (output.map { ["--output", $0] } ?? [])
  }

  /// Ranks share the micro-batches of a round.
  var mostRanks: Int? { configuration.batch.roundMicroBatchCount }

  func requireNew() throws(TrainingError) { try folder.requireNew() }

  func progress() throws(TrainingError) -> LaunchProgress {
    let newest = try folder.checkpoints().first
    return LaunchProgress(
      marks: newest.map { [$0] } ?? [],
      // Its ranks verify it, and take an older one if it is damaged.
      start: newest.map { "from \($0) if that verifies" } ?? "from the beginning",
      absence: "no checkpoint was")
  }
}
