import Foundation

/// A process of a trial: a rank, or one that starts ranks.
struct TrialProcess {
  let pid: pid_t
  /// Its number as it knows it itself.
  let ownNumber: pid_t
  let program: String
  /// The rank that it is; `nil` for a process that is none, such as the shepherd that MPICH's ranks have.
  let rank: Int?

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
    return names.compactMap { pid_t($0) }.compactMap { TrialProcess($0, marks: marks) }
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
    rank = program == "effnet" ? Self.rank(variables) : nil
    let status = (try? String(contentsOfFile: "\(folder)/status", encoding: .utf8)) ?? ""
    let numbers = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }
    ownNumber = numbers?.split(separator: "\t").last.flatMap { pid_t($0) } ?? pid
  }

  /// The rank that a launcher has numbered so; `nil` for a process that is none.
  private static func rank(_ variables: [String]) -> Int? {
    func value(_ name: String) -> Int? {
      let variable = variables.first { $0.hasPrefix("\(name)=") }
      return variable.flatMap { Int($0.dropFirst(name.utf8.count + 1)) }
    }
    if let rank = value("OMPI_COMM_WORLD_RANK") { return rank }
    // With MPICH each of several ranks has a shepherd, whose number it knows.
    return value("PMI_SIZE") == 1 || value("EFFNET_SHEPHERD") != nil ? value("PMI_RANK") : nil
  }
}
