import Datasets
import Foundation
import Hosts
import Supervision

/// Where `effnet launch` starts ranks, with the hosts that are left.
final class LaunchPlace {
  private enum Kind {
    case here
    case hosts(HostFile)
    case slurm(SlurmAllocation)
  }

  private let kind: Kind
  private let environment = ProcessInfo.processInfo.environment
  /// Hosts that were unreachable in Slurm's allocation, where there is no remote shell to ask.
  private var avoided: Set<String> = []

  /// The hosts of a file; without one those of Slurm's allocation; without that this one.
  init(hostFile: String?) throws {
    if let hostFile {
      kind = .hosts(try HostFile(contentsOf: hostFile))
    } else if let allocation = try SlurmAllocation(environment: environment) {
      kind = .slurm(allocation)
    } else {
      kind = .here
    }
  }

  /// Leaves a host out from now on, where none can be asked whether it answers.
  func avoid(_ host: String?) {
    if let host { avoided.insert(Self.shortName(host)) }
  }

  /// The name by which Slurm knows a host that calls itself by its full one.
  private static func shortName(_ host: String) -> String { String(host.prefix { $0 != "." }) }

  /// Plans for the hosts that answer now.
  func plan(ranks: Int?, most: Int) throws -> LaunchPlan {
    var circumstances = LaunchPlan.Circumstances(ranks: ranks, most: most)
    switch kind {
    case .here:
      return LaunchPlan(
        on: AllottedCores(), named: ProcessInfo.processInfo.hostName, circumstances)
    case .hosts(let file):
      // Each question has a pipe, and another by which its process is watched.
      OpenFileLimit.raise(for: 4 * file.entries.count)
      let answers = HostProbe(environment: environment).ask(file.entries.map(\.name))
      var hosts: [HostShare] = []
      for (entry, answer) in zip(file.entries, answers) {
        guard let answer else {
          StandardError.warn("host \(entry.name) does not answer within 5 s and is left out")
          continue
        }
        let slots = entry.slots ?? answer.cores ?? 1
        hosts.append(HostShare(entry.name, ranks: slots, cores: answer.cores))
      }
      guard !hosts.isEmpty else {
        throw Failure(
          .usage,
          "no host of \(file.entries.count) answers; check the names, and that ssh HOST true works "
            + "without a password")
      }
      shrink(&circumstances, hosts)
      return try LaunchPlan(on: hosts, circumstances)
    case .slurm(let allocation):
      let hosts = allocation.hosts.filter { !avoided.contains(Self.shortName($0.name)) }
      guard !hosts.isEmpty else {
        throw Failure(.rankLost, "no host of Slurm's job \(allocation.job) is left")
      }
      shrink(&circumstances, hosts)
      return try LaunchPlan(
        in: allocation, on: hosts, interface: Self.slurmInterface(), circumstances)
    }
  }

  private var asked = false

  /// Ranks that were asked for have to fit at first; a restart takes those that are left.
  private func shrink(_ circumstances: inout LaunchPlan.Circumstances, _ hosts: [HostShare]) {
    defer { asked = true }
    guard asked, let ranks = circumstances.ranks else { return }
    circumstances.ranks = min(ranks, hosts.reduce(0) { $0 + $1.ranks })
  }

  /// What `srun` calls its interface for Open MPI; `nil` where there is none.
  private static func slurmInterface() -> String? {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["srun", "--mpi=list"]
    process.standardOutput = pipe
    process.standardError = pipe
    guard (try? process.run()) != nil else { return nil }
    let text = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let words = String(decoding: text, as: UTF8.self)
      .split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    return words.contains("pmix") ? "pmix" : words.filter { $0.hasPrefix("pmix_v") }.max()
  }
}
