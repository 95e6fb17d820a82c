import Foundation

/// A process of a trial: a rank, or one that starts ranks.
struct TrialProcess {
  let pid: pid_t
  /// Its number as it knows it itself.
  let ownNumber: pid_t
  let program: String
  /// The rank that it is; `nil` for a process that is none, such as the shepherd that MPICH's ranks have.
  private(set) var rank: Int?
  /// Number of its shepherd, as that knows it itself.
  private let shepherd: pid_t?

  /// The program under test, and the launchers and daemons of each `mpirun`.
  private static let programs = [
    "effnet", "orterun", "orted", "prterun", "prted", "mpiexec.hydra", "hydra_pmi_proxy",
  ]

  /// Those of the programs under test that have one of `marks` among their variables.
  ///
  /// Ranks on other hosts have the variables of their host and not those of the one that started
  /// them.
  static func all(marks: [String]) -> [TrialProcess] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    var processes = names.compactMap { pid_t($0) }.compactMap { TrialProcess($0, marks: marks) }
    for index in processes.indices {
      let process = processes[index]
      if processes.contains(where: { $0.rank == process.rank && $0.shepherd == process.ownNumber })
      {
        processes[index].rank = nil
      }
    }
    return processes
  }

  private init?(_ pid: pid_t, marks: [String]) {
    let folder = "/proc/\(pid)"
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/exe"),
      let program = path.split(separator: "/").last.map(String.init),
      Self.programs.contains(program),
      let bytes = FileManager.default.contents(atPath: "\(folder)/environ")
    else { return nil }
    let variables = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    guard variables.contains(where: marks.contains) else { return nil }
    self.pid = pid
    self.program = program
    rank =
      program == "effnet" ? Self.number("OMPI_COMM_WORLD_RANK", "PMI_RANK", in: variables) : nil
    shepherd = Self.number("EFFNET_SHEPHERD", in: variables).flatMap(pid_t.init)
    let status = (try? String(contentsOfFile: "\(folder)/status", encoding: .utf8)) ?? ""
    let numbers = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }
    ownNumber = numbers?.split(separator: "\t").last.flatMap { pid_t($0) } ?? pid
  }

  /// The number that the first of some variables has which is there.
  private static func number(_ names: String..., in variables: [String]) -> Int? {
    for name in names {
      if let variable = variables.first(where: { $0.hasPrefix("\(name)=") }) {
        return Int(variable.dropFirst(name.utf8.count + 1))
      }
    }
    return nil
  }
}
