import Foundation
import Hosts
import Supervision
import Training

/// One start of the ranks.
struct LaunchAttempt {
  private let work: any LaunchedWork
  private let plan: LaunchPlan
  private let verdictFile: String
  private let endingFile: EndingFile
  /// What tells this start from others, in milliseconds since 1970.
  private let start = Int(Date().timeIntervalSince1970 * 1000)
  private let oldMark: [AnyHashable?]?

  /// Removes what an earlier one has left.
  init(_ work: any LaunchedWork, _ plan: LaunchPlan) throws {
    self.work = work
    self.plan = plan
    verdictFile = Verdict.path(inFolder: work.folder.path)
    endingFile = EndingFile(
      path: URL(fileURLWithPath: work.folder.file("ranks/ending")).path)
    // This one may end before it removes them itself.
    for leftover in [verdictFile, endingFile.path] { try Leftover.remove(leftover) }
    oldMark = Self.mark(of: work)
  }

  /// Seconds that `mpirun` may take before it starts anything, such as to ask servers for names: as
  /// many as a rank may stand still, by default.
  private static let longestDesertion = 60.0

  /// Starts the ranks and waits for their end.
  ///
  /// - Parameter program: What each of them executes.
  func run(_ program: [String]) throws -> JobEnding {
    let process = try JobProcess(
      plan.launcher + endingFile.words("\(Verdict.startVariable)=\(start)") + program,
      environment: LaunchPlan.variables)
    let status = process.end(
      wantsStop: { StopSignal.pending != nil },
      hasGivenUp: { verdict != nil || hasFinished || endingFile.code != nil },
      desertion: plan.mpirun == nil ? nil : Self.longestDesertion)
    let (found, code) = (verdict, endingFile.code)
    try? Leftover.remove(endingFile.path)
    // A rank that is stopped after the end of MPI keeps its launcher, and nothing else.
    if found == nil, process.wasEnded, hasFinished {
      StandardError.warn(
        "the \(work.name) is finished, but its launcher did not end by itself and was ended")
      return JobEnding(status: 0, ending: nil, verdict: nil, stop: nil, isFinished: true)
    }
    return JobEnding(
      status: plan.exitCode(status), wasEnded: process.wasEnded,
      fatalSignal: process.fatalSignal, ending: code, verdict: found, stop: StopSignal.pending,
      isFinished: hasFinished || code == 0)
  }

  /// What the ranks of this start have found out about a lost or stuck one.
  private var verdict: Verdict? {
    Verdict(atPath: verdictFile).flatMap { $0.start == start ? $0 : nil }
  }

  /// Whether this start has left the last file, after which ranks have nothing left to do.
  private var hasFinished: Bool {
    let mark = Self.mark(of: work)
    return mark != nil && mark != oldMark
  }

  /// What tells one last file from another, by the clock of the file server alone.
  private static func mark(of work: any LaunchedWork) -> [AnyHashable?]? {
    let path = work.folder.file(work.lastFile)
    return (try? FileManager.default.attributesOfItem(atPath: path)).map {
      [$0[.systemFileNumber] as? Int, $0[.modificationDate] as? Date]
    }
  }
}
