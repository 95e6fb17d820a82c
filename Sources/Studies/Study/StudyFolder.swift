import Boundary
import Foundation
import Training

/// The output folder of a study.
package struct StudyFolder: Sendable {
  /// The folder as that of a run, for what both have in common.
  package let run: RunFolder

  package init(_ path: String) { run = RunFolder(path) }

  package var path: String { run.path }

  /// Path of a file in it.
  package func file(_ name: String) -> String { run.file(name) }

  /// What trainings came to, and what sessions asked: with the configuration, the study's state.
  package static let ledger = "ledger.jsonl"
  /// What the study has come to, written last, when it is finished.
  package static let results = "results.json"
  /// The page, renewed while it runs.
  package static let page = "report.html"
  /// Who did what when.
  package static let timing = "timing.jsonl"
  /// The configuration as it was resolved, without which nobody knows what the ledger is of.
  package static let configuration = "configuration.yaml"
  private static let trials = "trials"

  /// The folder of a training.
  package func trial(_ identity: String) -> RunFolder {
    RunFolder(file("\(Self.trials)/\(identity)"))
  }

  /// Folders of all trainings that have begun, by their names; none where there is no study.
  ///
  /// - Throws: When they exist and cannot be read.
  package func trials() throws(TrainingError) -> [RunFolder] {
    let folder = file(Self.trials)
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map(trial)
    } catch {
      guard FileManager.default.fileExists(atPath: folder) else { return [] }
      throw TrainingError(.output, "\(folder) cannot be read: \(error.systemReason)")
    }
  }

  /// What the study in it asks.
  func studyConfiguration() throws(TrainingError) -> StudyConfiguration {
    do { return try StudyConfiguration(leftAt: file(Self.configuration)) } catch {
      throw TrainingError(
        .data,
        "\(error); without it nobody knows what the study asks: put a copy in its place, or choose "
          + "another --output")
    }
  }

  /// Whether a study has begun in it.
  package var hasStudy: Bool { FileManager.default.fileExists(atPath: file(Self.ledger)) }

  /// Refuses a folder that a study or a run has begun in, for one that does not go on from it.
  package func requireNew() throws(TrainingError) {
    try run.requireNew()
    if hasStudy {
      throw TrainingError(
        .usage,
        "\(path) already has a study; go on with it by --resume, or choose another --output")
    }
    guard try trials().isEmpty else {
      throw TrainingError(
        .usage,
        "\(path) has trainings of a study and no \(Self.ledger); put a copy of that in its place and "
          + "go on by --resume, or choose another --output")
    }
  }
}
