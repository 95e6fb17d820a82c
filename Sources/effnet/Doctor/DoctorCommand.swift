import ArgumentParser
import Benchmarks
import Boundary
import MPI

/// `effnet doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Checks hosts, network and data before a run on many hosts.",
    discussion: """
      Run it as the training would be run: effnet launch --doctor CONFIG does, with a deadline, or \
      use mpirun or srun. Ends with what to fix; exit code 0 if there is nothing, 1 otherwise.
      """)

  @Argument(
    help: "The configuration to be trained; without one data and memory are not checked.",
    transform: NamedPath.read)
  var config: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Replace a value of the configuration.", valueName: "key=value"))
  var overrides: [String] = []

  @Option(help: "Folder that the run is to write in.")
  var output: String?

  @Flag(help: "The configuration is that of a study; its base is looked at.")
  var study = false

  @Flag(help: "Print JSON.")
  var json = false

  /// What `effnet launch` has found before any rank started.
  @Option(name: .customLong("problem"), help: .hidden)
  var problems: [String] = []

  /// What a rank tells rank 0.
  private struct Findings: Codable {
    var rank: RankExamination
    var pairs: [PairMeasurement] = []
  }

  func run() throws {
    try Job.run { world in
      let meeting = try meet(world)
      var findings = Findings(rank: RankExamination(world))
      if let config {
        findings.rank.read(
          config, overrides, isStudy: study,
          output: output ?? ConfigurationFile.defaultOutput(config), rankCount: world.size)
      }
      // Once more, so that all begin to measure at the same time.
      _ = try meet(world)
      // One rank a host measures the network; the others would only measure each other.
      findings.pairs = try PairMeasurement.measure(meeting.speakers, world)
      guard let all = try meeting.gather(findings) else {
        guard try meeting.farewell() != 0 else { return }
        throw Failure(silently: FaultKind.check.rawValue)
      }
      let report = DoctorReport(
        ranks: all.map { $0?.rank }, pairs: all.compactMap { $0 }.flatMap(\.pairs),
        hosts: meeting.hosts, known: problems)
      if json { printJSON(report) } else { print(report.text, terminator: "") }
      StandardOutput.flush()
      let code: FaultKind? = report.problems.isEmpty ? nil : .check
      guard report.isReachable else { world.abort(exitCode: FaultKind.check.rawValue) }
      try meeting.part(with: UInt8(code?.rawValue ?? 0))
      if let code { throw Failure(silently: code.rawValue) }
    }
  }

  /// Seconds that one rank may take longer than others to read a configuration and its data.
  private static let meetingSeconds = 60.0

  /// Seconds in which it ends wherever MPI connects the ranks: they start, meet twice, measure and
  /// gather what they have found.
  static func longestSeconds(ranks: Int, hosts: Int) -> Double {
    Launcher.startingSeconds(ranks: ranks) + 2 * (meetingSeconds + 10)
      + 3 * (10 + 2 * Double(min(hosts, 64)))
  }

  private func meet(_ world: Communicator) throws -> RankMeeting {
    do {
      return try RankMeeting(of: world, within: Self.meetingSeconds)
    } catch let absence as RankMeeting.Absence {
      guard absence.rank != nil else { throw Failure(silently: FaultKind.check.rawValue) }
      throw Failure(
        .check,
        "\(absence); check cable and firewall, or name the network to use with "
          + DoctorReport.networkChoice)
    }
  }
}
