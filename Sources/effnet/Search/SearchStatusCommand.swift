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
    /// Trainings, and parts of them up to a rung, that are known to be needed, and those that are
    /// done.
    let jobs, done, diverged: Int
    let isFinished: Bool
  }

  func run() throws {
    do {
      let study = try Study(in: StudyFolder(folder), StandardError.warn)
      let jobs = try study.jobs()
      let done = jobs.compactMap { study.ledger[$0] }
      let status = Status(
        kind: study.kind, jobs: jobs.count, done: done.count,
        diverged: done.count { $0.end == .diverged }, isFinished: done.count == jobs.count)
      if json { return printJSON(status) }
      let diverged = status.diverged > 0 ? ", \(status.diverged) diverged" : ""
      print(
        "\(status.kind.rawValue): \(status.done) of \(status.jobs.counted("training"))\(diverged)"
          + (status.isFinished ? "; finished" : status.done > 0 ? "; more may follow" : ""))
    } catch { throw Failure(error) }
  }
}
