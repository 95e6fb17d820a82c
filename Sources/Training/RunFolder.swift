import Foundation

/// The output folder of a run: checkpoints, log, summary, and the configuration as it was resolved.
public struct RunFolder: Sendable {
  /// Path of the folder.
  public let path: String

  /// A folder that may not exist yet.
  public init(_ path: String) { self.path = path }

  /// Creates the folder and makes sure that files can be written in it.
  ///
  /// - Throws: When it cannot be created or written.
  public func prepare() throws(TrainingError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
      let probe = file(".write-test")
      try Data().write(to: URL(fileURLWithPath: probe))
      try FileManager.default.removeItem(atPath: probe)
    } catch {
      throw TrainingError(
        .output,
        "the output folder \(path) cannot be written: \(error.systemReason); choose another with "
          + "--output")
    }
  }

  /// Path of a file in the folder.
  public func file(_ name: String) -> String {
    (path as NSString).appendingPathComponent(name)
  }

  /// Path of the checkpoint after `step` steps.
  public func checkpoint(step: Int) -> String {
    let digits = String(step)
    return file(
      "checkpoint-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".h5")
  }

  /// Paths of all finished checkpoints, the newest first.
  public var checkpoints: [String] { files(ending: ".h5") }

  private func files(ending end: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasPrefix("checkpoint-") && $0.hasSuffix(end) }
      .sorted(by: >).map(file)
  }

  /// Removes all checkpoints but the newest `keep`, and what interrupted writers left.
  func prune(keep: Int) {
    for old in checkpoints.dropFirst(keep) + files(ending: ".h5.partial") {
      try? FileManager.default.removeItem(atPath: old)
    }
  }

  /// Writes a text file beside its name and renames it.
  func write(_ text: String, to name: String) throws(TrainingError) {
    do {
      try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    } catch {
      throw TrainingError(.output, "\(file(name)) cannot be written: \(error.systemReason)")
    }
  }
}
