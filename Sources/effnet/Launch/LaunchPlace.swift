import Datasets
import Foundation
import Hosts
import MPI
import Supervision

/// Where `effnet launch` starts ranks, with the hosts that are left.
final class LaunchPlace {
  /// What becomes of hosts that do not answer.
  enum Silence {
    /// They are an error: a beginner's host file may be wrong.
    case refused
    /// They are left out aloud: the run is to go on.
    case leftOut
    /// They are left out, and are in ``LaunchPlace/problems``.
    case examined
  }

  private enum Kind {
    case here
    case hosts(HostFile, path: String)
    case slurm(SlurmAllocation)
  }

  private let kind: Kind
  /// What starts the ranks unless Slurm does, which has no need of it.
  private lazy var mpirun = Result { try MPIRun(for: MPISession.libraryVersion) }
  private let environment = ProcessInfo.processInfo.environment
  /// Hosts that were unreachable in Slurm's allocation, where there is no remote shell to ask.
  private var avoided: Set<String> = []
  /// Why hosts did not answer the last plan, a line each.
  private(set) var problems: [String] = []

  /// The hosts of a file; without one those of Slurm's allocation; without that this one.
  init(hostFile: String?) throws {
    if let hostFile {
      kind = .hosts(try HostFile(contentsOf: hostFile), path: hostFile)
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
  ///
  /// - Parameters:
  ///   - ranks: As many as are asked for; `nil` for one a core.
  ///   - most: As many as can share the work; `nil` where any number can.
  func plan(ranks: Int?, most: Int?, silence: Silence) throws -> LaunchPlan {
    var circumstances = LaunchPlan.Circumstances(ranks: ranks, most: most)
    switch kind {
    case .here:
      return try LaunchPlan(
        on: AllottedCores(), named: ProcessInfo.processInfo.hostName, by: mpirun.get(),
        circumstances)
    case .hosts(let file, let path):
      // Each question has two pipes, and another by which its process is watched.
      OpenFileLimit.raise(for: 6 * file.entries.count)
      let mpirun = try mpirun.get()
      let answers = HostProbe(of: mpirun, environment: environment).ask(file.entries.map(\.name))
      var hosts: [HostShare] = []
      var obstacles: [HostProbe.Obstacle] = []
      for (entry, answer) in zip(file.entries, answers) {
        switch answer {
        case .failure(let obstacle): obstacles.append(obstacle)
        case .success(let answer):
          let slots = entry.slots ?? answer.cores ?? 1
          hosts.append(HostShare(entry.name, ranks: slots, cores: answer.cores))
        }
      }
      guard !hosts.isEmpty, obstacles.isEmpty || silence != .refused else {
        let more = obstacles.count > 4 ? ["and \(obstacles.count - 4) more"] : []
        let cures = Set(obstacles.map { $0.cure(in: path) }).sorted()
        throw Failure(
          silence == .examined ? .check : .usage,
          (obstacles.prefix(4).map(\.description) + more + cures).joined(separator: "; "))
      }
      if silence == .leftOut {
        for obstacle in obstacles { StandardError.warn("\(obstacle); it is left out") }
      }
      problems = obstacles.map { "\($0); \($0.cure(in: path))" }
      shrink(&circumstances, hosts)
      return try LaunchPlan(on: hosts, by: mpirun, circumstances)
    case .slurm(let allocation):
      let hosts = allocation.hosts.filter { !avoided.contains(Self.shortName($0.name)) }
      guard !hosts.isEmpty else {
        throw Failure(.rankLost, "no host of Slurm's job \(allocation.job) is left")
      }
      shrink(&circumstances, hosts)
      guard let interface = Self.slurmInterface() else {
        return try LaunchPlan(on: hosts, by: mpirun.get(), circumstances)
      }
      return try LaunchPlan(in: allocation, on: hosts, interface: interface, circumstances)
    }
  }

  private var asked = false

  /// Ranks that were asked for have to fit at first; a restart takes those that are left.
  private func shrink(_ circumstances: inout LaunchPlan.Circumstances, _ hosts: [HostShare]) {
    defer { asked = true }
    guard asked, let ranks = circumstances.ranks else { return }
    circumstances.ranks = min(ranks, hosts.reduce(0) { $0 + $1.ranks })
  }

  /// What `srun` calls its interface for Open MPI; `nil` where there is none, and for MPICH, whose
  /// own launcher starts its daemons through Slurm.
  private static func slurmInterface() -> String? {
    guard MPIRun.Family(library: MPISession.libraryVersion) != .hydra else { return nil }
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
