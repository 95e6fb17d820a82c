import ArgumentParser
import Boundary
import Studies
import Supervision
import Training

/// `effnet search status`.
struct SearchStatusCommand: UnsharedCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Tells how far a study is; while it runs, too.")

  @Argument(help: "The output folder of a study.", transform: NamedPath.read)
  var folder: String

  @Flag(help: "Print one JSON object.")
  var json = false

  /// How far a study is.
  private struct Status: Encodable {
    let kind: StudyKind
    let state: StudyState
    /// Trainings, and parts of them up to a rung, that are known to be needed, and those that are
    /// done.
    let jobs, done, diverged: Int
    let isFinished: Bool
  }

  func run() throws {
    do {
      let studied = StudyFolder(folder)
      let isHeld = FolderLease.isHeld(studied.run)
      let study = try Study(in: studied, isHeld: isHeld, StandardError.warn)
      let jobs = try study.jobs()
      let done = jobs.compactMap { study.ledger[$0] }
      let state = try study.state(isHeld: isHeld)
      let status = Status(
        kind: study.kind, state: state, jobs: jobs.count, done: done.count,
        diverged: done.count { $0.end == .diverged }, isFinished: state == .finished)
      if json { return printJSON(status) }
      let diverged = status.diverged > 0 ? ", \(status.diverged) diverged" : ""
      let rest =
        switch state {
        case .running: "running; more may follow"
        case .stopped: "stopped; go on with: \(study.resumption(in: studied))"
        case .failed: "ended: \(study.problemOfRecipe()?.description ?? "")"
        case .finished: "finished"
        }
      print(
        "\(status.kind.rawValue): \(status.done) of \(status.jobs.counted("training"))\(diverged); \(rest)"
      )
    } catch { throw Failure(error) }
  }
}
