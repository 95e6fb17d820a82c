import ArgumentParser
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

  /// What a rank tells rank 0.
  private struct Findings: Codable {
    var rank: RankExamination
    var pairs: [PairMeasurement] = []
  }

  func run() throws {
    try Job.run { world in
      // MPI has just met all ranks, so that this needs no deadline.
      let hosts = try world.allGatherParts(Array(ProcessInfo.processInfo.hostName.utf8))
      var findings = Findings(rank: RankExamination(world))
      if let config {
        findings.rank.read(
          config, overrides, output: output ?? TrainCommand.defaultOutput(config),
          rankCount: world.size)
      }
      try world.barrier()
      // One rank a host measures the network; the others would only measure each other.
      let speakers = hosts.indices.filter { hosts.firstIndex(of: hosts[$0]) == $0 }
      findings.pairs = try PairMeasurement.measure(speakers, world)
      let all = try Self.gather(findings, world, hostCount: speakers.count)
      guard let all else {
        // Rank 0 ends the job where a message is still under way.
        try world.barrier()
        return
      }
      let report = DoctorReport(
        ranks: all.map { $0?.rank }, pairs: all.compactMap { $0 }.flatMap(\.pairs),
        hosts: hosts.map { String(decoding: $0, as: UTF8.self) })
      if json { try printJSON(report) } else { print(report.text, terminator: "") }
      StandardOutput.flush()
      guard report.isReachable else { world.abort(exitCode: Failure.Code.check.rawValue) }
      try world.barrier()
      if !report.problems.isEmpty { throw Failure(silently: Failure.Code.check.rawValue) }
    }
  }

  /// Collects what all ranks have to say on rank 0; `nil` for those whose words do not arrive, and on
  /// the other ranks.
  private static func gather(
    _ findings: Findings, _ world: Communicator, hostCount: Int
  ) throws -> [Findings?]? {
    let text = try Array(JSONEncoder().encode(findings))
    // Later than any round of the pairs.
    let deadline = Communicator.seconds + 10 + 2 * Double(min(hostCount, 64))
    let (lengthTag, textTag) = (1000, 1001)
    guard world.rank == 0 else {
      let length = withUnsafeBytes(of: Int64(text.count)) { Array($0) }
      for (bytes, tag) in [(length, lengthTag), (text, textTag)] {
        _ = try world.exchange(bytes, receiving: 0, peer: 0, tag: tag, until: deadline + 20)
      }
      return nil
    }
    return try (0..<world.size).map { rank in
      guard rank > 0 else { return findings }
      guard
        let length = try world.exchange(
          [], receiving: 8, peer: rank, tag: lengthTag, until: deadline),
        let bytes = try world.exchange(
          [], receiving: Int(length.withUnsafeBytes { $0.load(as: Int64.self) }), peer: rank,
          tag: textTag, until: deadline)
      else { return nil }
      return try JSONDecoder().decode(Findings.self, from: Data(bytes))
    }
  }
}
