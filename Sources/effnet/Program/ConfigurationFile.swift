import Boundary
import Foundation
import Studies
import Training

/// The file that a command is given for its configuration.
enum ConfigurationFile {
  /// Reads that of a run.
  static func read(_ path: String, _ overrides: [String]) throws -> Configuration {
    try read(path) { try Configuration(contentsOf: path, overrides: overrides) }
  }

  /// Reads that of a study.
  static func readStudy(_ path: String, _ overrides: [String]) throws -> StudyConfiguration {
    try read(path) { try StudyConfiguration(contentsOf: path, overrides: overrides) }
  }

  /// Reads it; each process does so once, because it may be a pipe.
  private static func read<Content>(
    _ path: String, _ content: () throws -> Content
  ) throws -> Content {
    if let launcher = Launcher.current {
      let isRefused =
        launcher.size > 1
        ? InputText.isStream(path) : InputText.isDescriptor(path) && access(path, F_OK) != 0
      if isRefused {
        throw TrainingError(
          .usage,
          "\(path.shown) is a pipe or a file of another process, which does not reach all ranks that "
            + "were started; write the configuration to a file")
      }
    }
    return try content()
  }

  /// Refuses what the processes that a command starts could not read any more.
  ///
  /// - Parameter content: What it holds.
  static func requireReadableAgain(
    _ path: String, content: String = "the configuration"
  ) throws {
    guard InputText.isStream(path) else { return }
    throw Failure(
      .usage,
      "\(path.shown) is a pipe or a file of this process alone, which the ranks cannot read again; "
        + "write \(content) to a file")
  }

  /// `Runs/NAME` in the current folder.
  static func defaultOutput(_ config: String) -> String {
    "Runs/" + URL(fileURLWithPath: config).deletingPathExtension().lastPathComponent
  }

  /// `Runs/NAME-KIND` in the current folder.
  static func defaultOutput(_ config: String, of kind: StudyKind) -> String {
    "\(defaultOutput(config))-\(kind.rawValue)"
  }
}
