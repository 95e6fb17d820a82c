import Boundary
import Foundation
import Hosts
import MPI
import Supervision
import Training

/// Does a job on the ranks of a group.
struct TrialRun {
  let group: Communicator
  let folder: StudyFolder
  let activity: Activity
  /// Asked in every step whether to save and stop.
  let stopRequest: () -> StopReason?

  /// Trains until the job is done, or until it is asked to stop.
  ///
  /// - Parameters:
  ///   - noticed: Is told on the first rank of something to know.
  ///   - began: Is told how many epochs there are to train, before the first step.
  /// - Returns: What the first rank of the group reports; the same kind on all of them.
  /// - Throws: When ranks are lost.
  func perform(
    _ assignment: Assignment, noticed: (String) throws(TrainingError) -> Void,
    began: (Double) throws(TrainingError) -> Void
  ) throws(TrainingError) -> Report {
    let start = MonotonicTime.seconds
    activity.begin(training: UInt64(assignment.identity, radix: 16) ?? 0)
    defer { activity.begin(training: 0) }
    var startSeconds = 0.0
    var asked: StopReason?
    func stopped(_ signal: Int32) -> Report {
      .stopped(number: assignment.number, StopReason(signal: signal, asked: asked), timing())
    }
    var trained: () -> Double = { 0 }
    func timing() -> Report.Timing {
      Report.Timing(
        startSeconds: startSeconds, seconds: MonotonicTime.seconds - start, epochs: trained())
    }
    do throws(TrainingError) {
      let configuration = try configuration(assignment)
      let trainer = try trainer(configuration, assignment, noticed) {
        asked = stopRequest()
        return asked?.signal
      }
      startSeconds = MonotonicTime.seconds - start
      func epochs() -> Double { Double(trainer.state.step) / Double(trainer.stepsPerEpoch) }
      let first = epochs()
      trained = { epochs() - first }
      try began(Double(assignment.epochs) - first)
      var outcome = try trainer.train(until: assignment.epochs * trainer.stepsPerEpoch)
      if case .stopped = outcome {
      } else if let signal = try trainer.evaluateIfNeeded() {
        outcome = .stopped(signal: signal)
      }
      if case .stopped(let signal) = outcome { return stopped(signal) }
      return .done(number: assignment.number, try entry(assignment, trainer), timing())
    } catch {
      if let signal = error.stopSignal, error.isShared { return stopped(signal) }
      switch error.faultKind {
      case .rankLost, .rankStuck: throw error
      case .numeric:
        return .done(number: assignment.number, divergence(assignment, error), timing())
      default:
        guard error.isShared else { throw error }
        return .failed(
          number: assignment.number, kind: error.faultKind.rawValue,
          description: error.description)
      }
    }
  }

  private func configuration(
    _ assignment: Assignment
  ) throws(TrainingError) -> Configuration {
    do {
      return try Configuration(
        yaml: assignment.configuration, file: "training \(assignment.identity)")
    } catch { throw TrainingError(error) }
  }

  /// Goes on where the training was, or begins it.
  private func trainer(
    _ configuration: Configuration, _ assignment: Assignment,
    _ noticed: (String) throws(TrainingError) -> Void, _ stopRequest: @escaping StopRequest
  ) throws(TrainingError) -> Trainer {
    let output = folder.trial(assignment.identity)
    func make() throws(TrainingError) -> Trainer {
      try Trainer(
        configuration, communicator: group, output: output, isResuming: true, observer: nil,
        activity: activity, stopRequest: stopRequest)
    }
    try onFirstRank { () throws(TrainingError) in
      guard let place = try setAsideWhatIsForeign(output, configuration) else { return }
      try noticed("\(output.path) is not of its training; it is \(place) now")
    }
    do throws(TrainingError) {
      let trainer = try make()
      guard trainer.state.step > assignment.epochs * trainer.stepsPerEpoch else { return trainer }
      // What it came to on its way was lost from the ledger: only from its beginning can it be
      // measured.
      try onFirstRank { () throws(TrainingError) in
        for checkpoint in try output.checkpoints() { try Leftover.remove(checkpoint) }
      }
    } catch {
      guard error.isDamage else { throw error }
      try onFirstRank { () throws(TrainingError) in
        // Another file than the training's own is nobody's to move.
        guard try output.setAsideCheckpoints() > 0 else { throw error }
        let reason = error.description.prefix { $0 != ";" }
        try noticed("\(reason); it was set aside, and its training begins anew")
      }
    }
    return try make()
  }

  /// Renames what is in the place of a training and is of another one, or no folder at all.
  ///
  /// - Returns: Its new path; nil where there is nothing of the kind.
  private func setAsideWhatIsForeign(
    _ output: RunFolder, _ configuration: Configuration
  ) throws(TrainingError) -> String? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: output.path, isDirectory: &isFolder) else {
      return nil
    }
    if isFolder.boolValue {
      // What it is of it tells itself; where it does not, its checkpoints do.
      let bytes = try? RegularFile(output.file("configuration.yaml")).contents(limit: 1 << 19)
      let other = bytes.flatMap {
        try? Configuration(yaml: String(decoding: $0, as: UTF8.self), file: output.path)
      }
      guard let other else { return nil }
      func bits(_ configuration: Configuration) -> [ConfigurationWriter.Entry] {
        configuration.entries.filter { !Recipe.changesNoBits($0.name) }
      }
      if Configuration.changes(from: bits(other), to: bits(configuration)).isEmpty { return nil }
    }
    return try output.setAside()
  }

  /// Does what the first rank of the group does for all of them.
  private func onFirstRank(
    _ body: () throws(TrainingError) -> Void
  ) throws(TrainingError) {
    try TrainingGroup(group, activity: activity).agreed { () throws(TrainingError) in
      if group.rank == 0 { try body() }
    }
  }

  private func entry(
    _ assignment: Assignment, _ trainer: Trainer
  ) throws(TrainingError) -> LedgerEntry {
    guard let result = trainer.validation else {
      throw TrainingError(
        .usage, "there are no images to measure training \(assignment.identity) on", isShared: true)
    }
    return LedgerEntry(
      identity: assignment.identity, epochs: assignment.epochs, end: .done,
      images: assignment.epochs * trainer.trainingImages, correct: result.correct,
      count: result.count,
      correctTop5: result.correctTop5, loss: result.loss, stateSHA256: trainer.state.sha256,
      hits: result.correctness.base64, reason: nil)
  }

  private func divergence(_ assignment: Assignment, _ error: TrainingError) -> LedgerEntry {
    // Advice and paths come behind, which are not of the result.
    let reason = error.description.prefix { $0 != ";" }
    return LedgerEntry(
      diverged: Job.Key(identity: assignment.identity, epochs: assignment.epochs),
      reason: String(reason))
  }
}
