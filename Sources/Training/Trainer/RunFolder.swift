import Foundation

/// The output folder of a run: checkpoints, log, summary, page, TensorBoard's events, and the
/// configuration as it was resolved.
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

  /// Keeps other runs out of the folder until this process ends.
  ///
  /// - Throws: When another process is writing in it. File systems without locks let everybody in.
  public func lock() throws(TrainingError) {
    let descriptor = open(file(".lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return }
    // Never closed: the lock goes with the process.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
      throw TrainingError(
        .usage,
        "another run is writing in \(path); wait for it to end or choose another --output")
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

  /// Paths of all finished checkpoints, that of the latest step first; none in a folder that does not
  /// exist.
  ///
  /// - Throws: When the folder exists and cannot be read.
  public func checkpoints() throws(TrainingError) -> [String] {
    try steps(ending: ".h5").map { checkpoint(step: $0) }
  }

  /// Steps after which there are files `checkpoint-STEP` with this ending, the latest first.
  private func steps(ending end: String) throws(TrainingError) -> [Int] {
    do {
      let prefix = "checkpoint-"
      return try FileManager.default.contentsOfDirectory(atPath: path).compactMap { name in
        guard name.hasPrefix(prefix), name.hasSuffix(end) else { return nil }
        let digits = name.dropFirst(prefix.count).dropLast(end.count)
        guard let step = Int(digits), file(name) == checkpoint(step: step) + end.dropFirst(3) else {
          return nil
        }
        return step
      }.sorted(by: >)
    } catch {
      guard FileManager.default.fileExists(atPath: path) else { return [] }
      throw TrainingError(
        .output, "the output folder \(path) cannot be read: \(error.systemReason)")
    }
  }

  /// After a checkpoint was written, removes older ones but for `keep` in all, and what interrupted
  /// writers left. Later ones, which a resumed run passed over, stay.
  func prune(writtenStep: Int, keep: Int) throws(TrainingError) {
    let old = try steps(ending: ".h5").filter { $0 < writtenStep }.dropFirst(keep - 1)
    let partial = try steps(ending: ".h5.partial").map { checkpoint(step: $0) + ".partial" }
    for path in old.map({ checkpoint(step: $0) }) + partial {
      try? FileManager.default.removeItem(atPath: path)
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
