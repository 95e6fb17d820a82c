internal import Boundary
import Foundation

/// An `mpirun`, and what it wants to be told: each MPI library has one of its own, which alone can
/// connect the library's ranks.
package struct MPIRun: Sendable, Equatable {
  /// Those that share options.
  package enum Family: Sendable, CaseIterable {
    /// Of Open MPI up to 4.
    case orte
    /// Of Open MPI from 5 on.
    case prrte
    /// Of MPICH.
    case hydra

    /// The one whose ranks use a library; `nil` where that is not known.
    ///
    /// - Parameter library: What the library calls itself, such as `Open MPI v4.1.4`.
    package init?(library: String) {
      let words = library.split { !($0.isLetter || $0.isNumber) }
      if words.starts(with: ["Open", "MPI"]), words.count > 2,
        let major = Int(words[2].drop { $0 == "v" })
      {
        self = major < 5 ? .orte : .prrte
      } else if words.first == "MPICH" {
        self = .hydra
      } else {
        return nil
      }
    }

    /// What `mpirun --version` tells, as the name of a library.
    package static func library(_ version: String) -> String? {
      if let mark = version.range(of: "(Open MPI) ") {
        return "Open MPI v" + version[mark.upperBound...].prefix { !$0.isWhitespace }
      }
      guard version.hasPrefix("HYDRA"), let mark = version.range(of: "Version:") else { return nil }
      let number = version[mark.upperBound...].drop { $0.isWhitespace }.prefix { !$0.isWhitespace }
      return "MPICH \(number)"
    }

    /// Debian's name of it where several libraries are installed.
    private var ownName: String { self == .hydra ? "mpirun.mpich" : "mpirun.openmpi" }

    /// Names under which it may be there.
    var names: [String] { ["mpirun", ownName] }

    /// Debian's package.
    var package: String { self == .hydra ? "mpich" : "openmpi-bin" }

    /// Variables that name the network to use, as one would type them.
    package var networkChoice: String {
      switch self {
      case .orte: "OMPI_MCA_btl_tcp_if_include=SUBNET OMPI_MCA_oob_tcp_if_include=SUBNET"
      case .prrte: "OMPI_MCA_btl_tcp_if_include=SUBNET PRTE_MCA_oob_tcp_if_include=SUBNET"
      case .hydra: "HYDRA_IFACE=NAME UCX_NET_DEVICES=NAME"
      }
    }
  }

  /// What ranks are started on.
  package enum Place: Sendable {
    /// This host.
    case here
    /// These hosts, filled one after the other.
    case hosts([HostShare])
    /// The hosts of a file, which Open MPI reads itself: it knows the cores of those without slots.
    case file(String, HostFile)
    /// The hosts of a batch system's allocation, which the `mpirun` knows.
    case allocation
  }

  /// Name of the program.
  package let program: String
  /// Which options it takes.
  package let family: Family

  /// A program of a known family.
  package init(_ family: Family, named program: String = "mpirun") {
    self.program = program
    self.family = family
  }

  /// The first `mpirun` on the path that connects ranks of a library.
  ///
  /// A program that does not tell what it is, such as a script of a computing centre, is taken for
  /// the right one.
  ///
  /// - Parameter library: What the library calls itself.
  /// - Throws: Where there is none, or only another library's.
  package init(for library: String) throws(HostsError) {
    let family = Family(library: library) ?? .hydra
    var others: [String] = []
    for name in family.names where JobProcess.path(of: name) != nil {
      guard let found = Family.library(Self.version(name)) else {
        self.init(family, named: name)
        return
      }
      if Family(library: found) == family {
        self.init(family, named: name)
        return
      }
      others.append(found)
    }
    throw HostsError(
      others.first.map {
        "mpirun is that of \($0), and effnet was built with \(library); put the folder of the right "
          + "mpirun first in PATH, or build effnet with the other library (EFFNET_MPI=ompi or mpich)"
      }
        ?? "mpirun is missing; install it (Debian: \(family.package)), or add its folder to PATH")
  }

  /// What a program says about itself, given five seconds.
  private static func version(_ program: String) -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program, "--version"]
    process.environment = LaunchPlan.variables
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return "" }
    let deadline = MonotonicTime.seconds + 5
    while process.isRunning, MonotonicTime.seconds < deadline {
      Thread.sleep(forTimeInterval: 0.002)
    }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    return output.text
  }

  /// The remote shell and its options that the environment names; several where the first that is
  /// there counts.
  func remoteShells(_ environment: [String: String]) -> [[String]] {
    switch family {
    case .orte, .prrte:
      let name = family == .orte ? "OMPI_MCA_plm_rsh_agent" : "PRTE_MCA_plm_ssh_agent"
      return (environment[name] ?? "").split(separator: ":")
        .map { $0.split(separator: " ").map(String.init) }.filter { !$0.isEmpty }
    case .hydra:
      guard
        let program = environment["HYDRA_LAUNCHER_EXEC"] ?? environment["HYDRA_BOOTSTRAP_EXEC"],
        !program.isEmpty
      else { return [] }
      let extra = (environment["HYDRA_LAUNCHER_EXTRA_ARGS"] ?? "").split(separator: " ")
      return [[program] + extra.map(String.init)]
    }
  }

  /// The command that starts ranks, up to the program and its arguments.
  ///
  /// - Parameters:
  ///   - isBound: Whether each rank gets a core of its own.
  ///   - isOversubscribing: Whether there may be more ranks than cores.
  package func command(
    ranks: Int, on place: Place, isBound: Bool, isOversubscribing: Bool = false,
    yieldsWhenIdle: Bool = false, _ circumstances: LaunchPlan.Circumstances
  ) -> [String] {
    let options =
      family == .hydra
      ? hydraOptions(place, isBound, circumstances)
      : openMPIOptions(
        place, isBound, isOversubscribing, yieldsWhenIdle: yieldsWhenIdle, circumstances)
    return [program] + options + ["-n", "\(ranks)"]
  }

  /// Hydra hands all variables on to all ranks, and lets any number of them share a core.
  private func hydraOptions(
    _ place: Place, _ isBound: Bool, _ circumstances: LaunchPlan.Circumstances
  ) -> [String] {
    var options: [String] = []
    switch place {
    case .here, .allocation: break
    case .hosts(let hosts): options += ["-hosts", Self.list(hosts)]
    case .file(_, let file):
      let hosts = file.entries.map { HostShare($0.name, ranks: $0.slots ?? 1) }
      options += ["-hosts", Self.list(hosts)]
    }
    if circumstances.environment["HYDRA_BINDING"] == nil {
      options += ["-bind-to", isBound ? "core" : "none"]
    }
    return options
  }

  private func openMPIOptions(
    _ place: Place, _ isBound: Bool, _ isOversubscribing: Bool, yieldsWhenIdle: Bool,
    _ circumstances: LaunchPlan.Circumstances
  ) -> [String] {
    let environment = circumstances.environment
    let runtime = family == .orte ? "OMPI_MCA" : "PRTE_MCA"
    var options: [String] = []
    if circumstances.isRoot { options.append("--allow-run-as-root") }
    var isSpread = false
    switch place {
    case .here: break
    case .hosts(let hosts):
      options += ["--host", Self.list(hosts)]
      isSpread = hosts.count > 1
    case .file(let path, _):
      options += ["--hostfile", path]
      isSpread = true
    case .allocation: isSpread = true
    }
    if isOversubscribing { options.append("--oversubscribe") }
    // `slot` fills one host after the other.
    let mapping = family == .orte ? "rmaps_base_mapping_policy" : "rmaps_default_mapping_policy"
    if environment["\(runtime)_\(mapping)"] == nil { options += ["--map-by", "slot"] }
    let binding = family == .orte ? "hwloc_base_binding_policy" : "hwloc_default_binding_policy"
    if environment["\(runtime)_\(binding)"] == nil {
      options += ["--bind-to", isBound ? "core" : "none"]
    }
    // The second that mpirun waits between its signals to end and to die stays: with more, each end
    // of a job would take several times as much, also of one whose ranks have ended by themselves.
    var ofLibrary = yieldsWhenIdle ? [("mpi_yield_when_idle", "1")] : []
    if !circumstances.mayCopyDirectly {
      ofLibrary.append(
        family == .orte ? ("btl_vader_single_copy_mechanism", "none") : ("smsc", "^cma"))
    }
    for (name, value) in ofLibrary where environment["OMPI_MCA_\(name)"] == nil {
      options += ["--mca", name, value]
    }
    // A host that is cut off is noticed after 5 s and not after minutes.
    let ofRuntime =
      isSpread
      ? [
        ("oob_tcp_keepalive_time", "2"), ("oob_tcp_keepalive_intvl", "1"),
        ("oob_tcp_keepalive_probes", "3"),
      ] : []
    for (name, value) in ofRuntime where environment["\(runtime)_\(name)"] == nil {
      options += [family == .orte ? "--mca" : "--prtemca", name, value]
    }
    // Ranks on this host inherit all variables; on the others they get those named.
    let passedOn = ["EFFNET_CORETYPE", "HDF5_USE_FILE_LOCKING", "LD_LIBRARY_PATH"]
    let named = passedOn.filter { environment[$0] != nil }
    for name in LaunchPlan.environment.keys.sorted() + named { options += ["-x", name] }
    return options
  }

  private static func list(_ hosts: [HostShare]) -> String {
    hosts.map { "\($0.name):\($0.ranks)" }.joined(separator: ",")
  }

  /// What a shell would call the end of the job: hydra gives the bare number of a signal that a
  /// rank died of. The program's own codes are smaller than those that such ranks have in common.
  package func exitCode(_ status: Int32) -> Int32 {
    family == .hydra && (8...64).contains(status) ? 128 + status : status
  }
}
