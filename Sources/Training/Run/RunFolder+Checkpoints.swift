import Boundary
import Foundation

extension RunFolder {
  /// Which checkpoints stay when a new one was verified and has its name.
  struct Retention: Sendable {
    /// The newest ones, the new one included.
    var newest: Int
    /// Number of best ones; of equal ones the earlier.
    var best = 0
    /// Top-1 of each evaluated step.
    var top1: [Int: Double] = [:]
    /// Steps between those that stay for ever.
    var milestoneEverySteps: Int?
    /// What the checkpoints of this run have in common.
    let run: String
    /// Whether the checkpoint of a step is whole and of this run, as far as that is known.
    var isOwn: [Int: Bool] = [:]
  }

  /// Path of the checkpoint after `step` steps.
  public func checkpoint(step: Int) -> String {
    let digits = String(step)
    return file(
      "checkpoint-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".h5")
  }

  /// Paths of all finished checkpoints, that of the latest step first; none in a folder that does
  /// not exist.
  ///
  /// - Throws: When the folder exists and cannot be read.
  public func checkpoints() throws(TrainingError) -> [String] {
    try steps(ending: ".h5").map { checkpoint(step: $0) }
  }

  /// Refuses a folder that has checkpoints, for a run that does not go on from them.
  package func requireNew() throws(TrainingError) {
    guard let old = try checkpoints().first else { return }
    throw TrainingError(
      .usage,
      "\(path) already has checkpoints, such as \(old); go on with --resume or choose another "
        + "--output")
  }

  /// Reads the newest checkpoint that is whole, verified and what its name says.
  ///
  /// - Parameters:
  ///   - state: Overwritten.
  ///   - advance: Is called whenever a part of it is done.
  ///   - accept: Is shown a description before the values are read. What it throws ends the search.
  /// - Returns: What was read, if anything, and why newer ones were not, newest first.
  /// - Throws: When the folder exists and cannot be read; when a checkpoint cannot be read that may
  ///   be whole, see ``TrainingError/isDamage``; what `accept` throws.
  package func readNewest(
    into state: ModelState, advance: () -> Void = {},
    _ accept: (Checkpoint) throws(TrainingError) -> Void
  ) throws(TrainingError) -> (checkpoint: Checkpoint?, passedOver: [(step: Int, TrainingError)]) {
    var passedOver: [(step: Int, TrainingError)] = []
    for step in try steps(ending: ".h5") {
      let path = checkpoint(step: step)
      do throws(TrainingError) {
        let found = try Checkpoint(describing: path, advance: advance)
        try require(found, isOf: identity ?? found.run, step: step, path)
        try accept(found)
        return (try Checkpoint.read(path, into: state, advance: advance), passedOver)
      } catch {
        guard error.isDamage else { throw error }
        passedOver.append((step, error))
      }
    }
    return (nil, passedOver)
  }

  /// A checkpoint must be what its name says, and of the run in this folder.
  private func require(
    _ found: Checkpoint, isOf run: String, step: Int, _ path: String
  ) throws(TrainingError) {
    guard found.step == step else {
      throw TrainingError(
        .data,
        "checkpoint \(path) is that of step \(found.step) under another name; name it "
          + checkpoint(step: found.step), isDamage: true)
    }
    guard found.run == run else {
      throw TrainingError(
        .data,
        "checkpoint \(path) is of another run than this folder; move it away, or remove "
          + "\(file(Self.identityFile)) to go on from it", isDamage: true)
    }
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

  /// After a checkpoint was verified and has its name, removes older ones of this run that need not
  /// stay, and what interrupted writers left. Later ones stay, and what is not known to be good.
  ///
  /// - Parameters:
  ///   - retention: Learns which checkpoints are whole and of this run.
  ///   - advance: Is called whenever a part of it is done.
  /// - Returns: What is to be told.
  func prune(
    writtenStep: Int, _ retention: inout Retention, advance: () -> Void
  ) throws(TrainingError) -> [String] {
    var notices: [String] = []
    retention.isOwn[writtenStep] = true
    let own = try steps(ending: ".h5").filter { step in
      guard step <= writtenStep else { return false }
      if let isOwn = retention.isOwn[step] { return isOwn }
      let path = checkpoint(step: step)
      do throws(TrainingError) {
        let found = try Checkpoint(describing: path, advance: advance)
        try require(found, isOf: retention.run, step: step, path)
        retention.isOwn[step] = true
        return true
      } catch {
        retention.isOwn[step] = false
        notices.append("kept, but not counted: \(error)")
        return false
      }
    }
    let best = own.filter { retention.top1[$0] != nil }.sorted { a, b in
      let (first, second) = (retention.top1[a] ?? 0, retention.top1[b] ?? 0)
      return first == second ? a < b : first > second
    }.prefix(retention.best)
    let kept = Set(own.prefix(retention.newest)).union(best).union([writtenStep])
    let old = own.filter { step in
      !kept.contains(step) && retention.milestoneEverySteps.map { step % $0 != 0 } ?? true
    }
    let unfinished = try steps(ending: ".h5.partial").map { checkpoint(step: $0) + ".partial" }
    let failures = (old.map { checkpoint(step: $0) } + unfinished).compactMap { path in
      unlink(path) == 0 || errno == ENOENT ? nil : (path, reason: String(cString: strerror(errno)))
    }
    if let (path, reason) = failures.first {
      notices.append(
        "\(path)\(failures.count > 1 ? " and \(failures.count - 1) more" : "") cannot be removed: "
          + "\(reason.lowercased()); mend that, or old checkpoints will fill the disk")
    }
    return notices
  }

  /// Renames all that have the name of a checkpoint, for a run that begins anew because none of
  /// them is one.
  ///
  /// - Returns: How many there were.
  package func setAsideCheckpoints() throws(TrainingError) -> Int {
    let steps = try steps(ending: ".h5")
    for step in steps { try setAside(step: step) }
    return steps.count
  }

  /// Renames what has the name of a checkpoint and is none, so that the name is free.
  func setAside(step: Int) throws(TrainingError) {
    try Self.setAside(checkpoint(step: step))
  }

  /// Renames the folder itself, or what is in its place, so that its name is free.
  ///
  /// - Returns: The new path.
  package func setAside() throws(TrainingError) -> String { try Self.setAside(path) }

  @discardableResult
  private static func setAside(_ path: String) throws(TrainingError) -> String {
    var status = stat()
    // Nobody else renames in a locked folder, and NFS has no renaming that refuses to replace.
    let free = (1...).lazy.map { path + ".set-aside" + ($0 > 1 ? "-\($0)" : "") }
      .first { lstat($0, &status) != 0 }
    guard let free, rename(path, free) == 0 || errno == ENOENT else {
      throw TrainingError(
        .output,
        "\(path), which was passed over, cannot be renamed to make room for a good one: "
          + "\(String(cString: strerror(errno))); move it away and go on with --resume")
    }
    return free
  }

  /// What all checkpoints of the run in this folder have in common; nil where it is not known.
  var identity: String? {
    let bytes = try? RegularFile(file(Self.identityFile)).contents(limit: 4096)
    return bytes.flatMap {
      String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isWhitespace).first
        .map(String.init)
    }
  }

  /// Whether a run has begun in this folder.
  package var isOfRun: Bool { identity != nil }

  /// Name of the file that holds ``identity``.
  static let identityFile = ".run"

  /// An identity that no other run has.
  static func newIdentity() -> String {
    (0..<4).map { _ in String(UInt16.random(in: 4096...(.max)), radix: 16) }.joined()
  }
}
