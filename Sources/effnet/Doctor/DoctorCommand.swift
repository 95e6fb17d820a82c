import ArgumentParser
import Boundary
import Foundation
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

  @Argument(help: "The configuration to be trained; without one data and memory are not checked.")
  var config: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Replace a value of the configuration.", valueName: "key=value"))
  var overrides: [String] = []

  @Option(help: "Folder that the run is to write in.")
  var output: String?

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
      let hosts = try Self.meet(world)
      var findings = Findings(rank: RankExamination(world))
      if let config {
        findings.rank.read(
          config, overrides, output: output ?? ConfigurationFile.defaultOutput(config),
          rankCount: world.size)
      }
      // Once more, so that all begin to measure at the same time.
      _ = try Self.meet(world)
      // One rank a host measures the network; the others would only measure each other.
      let speakers = hosts.indices.filter { hosts.firstIndex(of: hosts[$0]) == $0 }
      findings.pairs = try PairMeasurement.measure(speakers, world)
      guard let all = try Self.gather(findings, world, speakers) else {
        // Rank 0 has the last word, or ends the job where a message is still under way.
        let code = try world.exchange(
          [], receiving: 1, peer: 0, tag: Tag.end, until: MonotonicTime.seconds + 300)
        guard code != [0] else { return }
        throw Failure(silently: FaultKind.check.rawValue)
      }
      let report = DoctorReport(
        ranks: all.map { $0?.rank }, pairs: all.compactMap { $0 }.flatMap(\.pairs), hosts: hosts,
        known: problems)
      if json { try printJSON(report) } else { print(report.text, terminator: "") }
      StandardOutput.flush()
      let code: FaultKind? = report.problems.isEmpty ? nil : .check
      guard report.isReachable else { world.abort(exitCode: FaultKind.check.rawValue) }
      for rank in 1..<max(1, world.size) {
        _ = try world.exchange(
          [UInt8(code?.rawValue ?? 0)], receiving: 0, peer: rank, tag: Tag.end,
          until: MonotonicTime.seconds + 5)
      }
      if let code { throw Failure(silently: code.rawValue) }
    }
  }

  private enum Tag {
    static let name = 1000
    static let names = 1001
    static let length = 1002
    static let text = 1003
    static let end = 1004
    static let turn = 1005
  }

  private static let meetingSeconds = 60.0

  /// Seconds in which it ends wherever MPI connects the ranks: they start, meet twice, measure and
  /// gather what they have found.
  static func longestSeconds(ranks: Int, hosts: Int) -> Double {
    Launcher.startingSeconds(ranks: ranks) + 2 * (meetingSeconds + 10)
      + 3 * (10 + 2 * Double(min(hosts, 64)))
  }

  /// Waits for all ranks, over their links to rank 0 alone: those among others are still to be tested.
  ///
  /// - Returns: The names of all ranks' hosts.
  private static func meet(_ world: Communicator) throws -> [String] {
    let room = 256
    var own = Array(ProcessInfo.processInfo.hostName.utf8.prefix(room))
    own += [UInt8](repeating: 0, count: room - own.count)
    var names: [UInt8]
    // Reading a configuration and its data may take one rank longer than others.
    let deadline = MonotonicTime.seconds + meetingSeconds
    if world.rank == 0 {
      names = own
      for rank in 1..<max(1, world.size) {
        guard
          let name = try world.exchange(
            [], receiving: room, peer: rank, tag: Tag.name, until: deadline)
        else {
          throw Failure(
            .check,
            "rank \(rank) does not reach rank 0 on \(ProcessInfo.processInfo.hostName) within "
              + "\(Int(meetingSeconds)) s; check cable and firewall, or name the network to use with "
              + DoctorReport.networkChoice)
        }
        names += name
      }
      for rank in 1..<max(1, world.size) {
        _ = try world.exchange(names, receiving: 0, peer: rank, tag: Tag.names, until: deadline)
      }
    } else {
      _ = try world.exchange(own, receiving: 0, peer: 0, tag: Tag.name, until: deadline + 10)
      let all = try world.exchange(
        [], receiving: room * world.size, peer: 0, tag: Tag.names, until: deadline + 10)
      guard let all else { throw Failure(silently: FaultKind.check.rawValue) }
      names = all
    }
    return (0..<world.size).map { rank in
      String(decoding: names[rank * room..<(rank + 1) * room].prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// Collects what all ranks have to say on rank 0; `nil` for those whose words do not arrive, and on
  /// the other ranks.
  ///
  /// Rank 0 asks, and the speakers first: words on the way would slow down what they still measure.
  private static func gather(
    _ findings: Findings, _ world: Communicator, _ speakers: [Int]
  ) throws -> [Findings?]? {
    let text = try Array(JSONEncoder().encode(findings))
    // Later than any round of the pairs.
    let patience = 10 + 2 * Double(min(speakers.count, 64))
    guard world.rank == 0 else {
      let deadline = MonotonicTime.seconds + 3 * patience
      guard
        try world.exchange(
          [], receiving: 1, peer: 0, tag: Tag.turn, until: deadline, pause: 1_000) != nil
      else { return nil }
      let length = withUnsafeBytes(of: Int64(text.count)) { Array($0) }
      for (bytes, tag) in [(length, Tag.length), (text, Tag.text)] {
        _ = try world.exchange(bytes, receiving: 0, peer: 0, tag: tag, until: deadline + 20)
      }
      return nil
    }
    var all = [Findings?](repeating: nil, count: world.size)
    all[0] = findings
    for ranks in [speakers, all.indices.filter { !speakers.contains($0) }] {
      let deadline = MonotonicTime.seconds + patience
      let others = ranks.filter { $0 > 0 }
      for rank in others {
        _ = try world.exchange([1], receiving: 0, peer: rank, tag: Tag.turn, until: deadline)
      }
      for rank in others {
        guard
          let length = try world.exchange(
            [], receiving: 8, peer: rank, tag: Tag.length, until: deadline),
          let bytes = try world.exchange(
            [], receiving: Int(length.withUnsafeBytes { $0.load(as: Int64.self) }), peer: rank,
            tag: Tag.text, until: deadline)
        else { continue }
        all[rank] = try JSONDecoder().decode(Findings.self, from: Data(bytes))
      }
    }
    return all
  }
}
