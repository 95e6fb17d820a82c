import Foundation

/// A process of a trial: a rank, or one that starts ranks.
struct TrialProcess {
  let pid: pid_t
  /// Its number as it knows it itself.
  let ownNumber: pid_t
  let program: String
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
    let variables = LaunchedRank.variables(bytes)
    guard variables.contains(where: marks.contains) else { return nil }
    self.pid = pid
    self.program = program
    rank = program == "effnet" ? LaunchedRank.number(variables) : nil
    let status = (try? String(contentsOfFile: "\(folder)/status", encoding: .utf8)) ?? ""
    let numbers = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }
    ownNumber = numbers?.split(separator: "\t").last.flatMap { pid_t($0) } ?? pid
  }
}
