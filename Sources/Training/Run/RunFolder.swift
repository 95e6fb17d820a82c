import Boundary
import Foundation

/// The output folder of a run: checkpoints, log, summary, page, TensorBoard's events, the
/// configuration as it was resolved, and in `.run` what its checkpoints have in common.
public struct RunFolder: Sendable {
  /// Path of the folder.
  public let path: String

  /// A folder that may not exist yet.
  public init(_ path: String) { self.path = path }

  /// Creates the folder and makes sure that files can be written in it.
  ///
  /// - Throws: When it cannot be created or written.
  package func prepare() throws(TrainingError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
      let probe = file(".write-test-\(Self.newIdentity())")
      close(try WrittenFile.open(probe, O_WRONLY, .missing))
      try FileManager.default.removeItem(atPath: probe)
    } catch {
      let reason = (error as? FileRefusal)?.reason ?? error.systemReason
      throw TrainingError(
        .output,
        "the output folder \(path) cannot be written: \(reason); choose another with --output")
    }
  }

  /// Path of a file in the folder.
  public func file(_ name: String) -> String {
    (path as NSString).appendingPathComponent(name)
  }

  /// Writes a text file beside its name and renames it.
  package func write(_ text: String, to name: String) throws(TrainingError) {
    do {
      try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    } catch {
      throw TrainingError(.output, "\(file(name)) cannot be written: \(error.systemReason)")
    }
  }
}
