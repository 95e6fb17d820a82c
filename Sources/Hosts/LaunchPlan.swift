internal import Boundary
import Foundation

/// How the ranks of a job are started: what runs where, and the command that does it.
///
/// Ranks are neighbours within a host. The tree of the exchange combines ranks 2k and 2k + 1 first,
/// then pairs of pairs: with neighbours on one host only its upper levels travel between hosts.
package struct LaunchPlan: Sendable, Equatable {
  /// What the plan depends on apart from the hosts.
  package struct Circumstances: Sendable {
    /// Ranks asked for; `nil` for one a core.
    package var ranks: Int?
    /// The most ranks that can share the work; `nil` where any number can.
    package var most: Int?
    /// Variables of the process that plans; what they say about `mpirun` stands.
    package var environment: [String: String]
    /// Whether the user is root, with whom `mpirun` refuses to work unless told.
    package var isRoot: Bool
    /// Whether one process may copy from the memory of another.
    package var mayCopyDirectly: Bool

    /// Circumstances as given.
    package init(
      ranks: Int?, most: Int?, environment: [String: String], isRoot: Bool, mayCopyDirectly: Bool
    ) {
      self.ranks = ranks
      self.most = most
      self.environment = environment
      self.isRoot = isRoot
      self.mayCopyDirectly = mayCopyDirectly
    }

    /// Circumstances of this process.
    package init(ranks: Int? = nil, most: Int? = nil) {
      self.init(
        ranks: ranks, most: most, environment: ProcessInfo.processInfo.environment,
        isRoot: geteuid() == 0, mayCopyDirectly: DirectCopy.isPermitted)
    }
  }

  /// The hosts with their ranks, in the order of the ranks.
  package let hosts: [HostShare]
  /// The command that starts the ranks, up to the program and its arguments.
  package let launcher: [String]
  /// What the user should know of: one line each.
  package let notes: [String]
  /// The `mpirun` that starts them; `nil` where the batch system does.
  package let mpirun: MPIRun?

  /// Whether one of the hosts is this one.
  package var includesThisHost: Bool { hosts.contains { OwnHost.includes($0.name) } }

  /// Number of ranks.
  package var rankCount: Int { hosts.reduce(0) { $0 + $1.ranks } }

  /// Variables of every rank: one thread of the numerical libraries, the rank's own.
  package static let environment = ["OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"]

  /// All variables of the process that starts the ranks.
  ///
  /// Open MPI 5 does not work without a home folder, which services and containers may lack.
  package static var variables: [String: String] {
    let home = FileManager.default.homeDirectoryForCurrentUser.path
    return ["HOME": home].merging(ProcessInfo.processInfo.environment) { $1 }
      .merging(environment) { $1 }
  }

  /// Ranks on this host alone.
  package init(
    on cores: AllottedCores, named name: String, by mpirun: MPIRun, _ circumstances: Circumstances
  ) {
    var (count, notes) = Self.limited(circumstances.ranks ?? cores.count, circumstances)
    count = max(1, count)
    let isCrowded = count > cores.count
    if isCrowded { notes.append(Self.crowd(count, cores.count)) }
    // Two jobs that each bind to the first cores would share them while others idle.
    let takesAll = count == cores.count && cores.isWholeHost && cores.cores.count == count
    self.init(
      hosts: [HostShare(name, ranks: count)], notes: notes,
      launcher: mpirun.command(
        ranks: count, on: .here, isBound: takesAll, isOversubscribing: isCrowded, circumstances),
      mpirun: mpirun)
  }

  /// Ranks on several hosts, which `mpirun` reaches through a remote shell.
  ///
  /// - Parameter hosts: The hosts and the ranks that each can take.
  /// - Throws: When they cannot take as many ranks as asked for.
  package init(
    on hosts: [HostShare], by mpirun: MPIRun, _ circumstances: Circumstances
  ) throws(HostsError) {
    let room = hosts.reduce(0) { $0 + $1.ranks }
    let (count, limits) = Self.limited(circumstances.ranks ?? room, circumstances)
    guard count <= room else {
      throw HostsError(
        "\(count) ranks do not fit into the \(room.counted("slot")) of \(hosts.count.counted("host")); raise slots= in "
          + "the host file or lower --ranks")
    }
    let used = HostShare.filling(hosts, with: count)
    let crowds = used.compactMap { host in
      host.cores.flatMap { $0 < host.ranks ? Self.crowd(host.ranks, $0, of: host.name) : nil }
    }
    self.init(
      hosts: used, notes: limits + crowds,
      launcher: mpirun.command(
        ranks: count, on: .hosts(used), isBound: used.allSatisfy { $0.ranks == $0.cores },
        circumstances),
      mpirun: mpirun)
  }

  /// Ranks in an allocation of Slurm.
  ///
  /// - Parameters:
  ///   - hosts: Those of the allocation that may be used.
  ///   - interface: What `srun` calls its interface to MPI.
  /// - Throws: When the hosts cannot take as many ranks as asked for.
  package init(
    in allocation: SlurmAllocation, on hosts: [HostShare], interface: String,
    _ circumstances: Circumstances
  ) throws(HostsError) {
    let room = hosts.reduce(0) { $0 + $1.ranks }
    let (count, notes) = Self.limited(circumstances.ranks ?? room, circumstances)
    guard count <= room else {
      throw HostsError(
        "\(count) ranks do not fit into the \(room.counted("task")) of Slurm's job \(allocation.job); ask for "
          + "more with --ntasks or lower --ranks")
    }
    let used = HostShare.filling(hosts, with: count)
    let others = allocation.hosts.map(\.name).filter { name in !used.contains { $0.name == name } }
    self.init(
      hosts: used, notes: notes,
      launcher: [
        "srun", "--mpi=\(interface)", "--nodes=\(used.count)", "--ntasks=\(count)",
        "--distribution=block", "--kill-on-bad-exit=1", "--export=ALL",
      ] + (others.isEmpty ? [] : ["--exclude=" + others.joined(separator: ",")]))
  }

  private init(hosts: [HostShare], notes: [String], launcher: [String], mpirun: MPIRun? = nil) {
    self.hosts = hosts
    self.notes = notes
    self.launcher = launcher
    self.mpirun = mpirun
  }

  /// The command that starts ranks which bind themselves to processors, on the hosts that `mpirun`
  /// takes from a file, from Slurm's allocation, or else on this one.
  ///
  /// - Parameter isOversubscribing: Whether ranks may share a processor.
  /// - Throws: When the file cannot be read.
  package static func measuring(
    ranks: Int, hostFile: String?, isOversubscribing: Bool, by mpirun: MPIRun,
    _ circumstances: Circumstances
  ) throws(HostsError) -> [String] {
    let place: MPIRun.Place =
      if let hostFile {
        Self.place(try HostFile(contentsOf: hostFile), path: hostFile)
      } else if circumstances.environment["SLURM_JOB_ID"] != nil {
        .allocation
      } else {
        .hosts([HostShare("localhost", ranks: ranks)])
      }
    return mpirun.command(
      ranks: ranks, on: place, isBound: false, isOversubscribing: isOversubscribing,
      yieldsWhenIdle: isOversubscribing, circumstances)
  }

  /// Where all lines have slots, the hosts as they were understood: `mpirun` knows neither the
  /// marks nor the line ends of other systems.
  private static func place(_ file: HostFile, path: String) -> MPIRun.Place {
    let hosts = file.entries.compactMap { entry in
      entry.slots.map { HostShare(entry.name, ranks: $0) }
    }
    return hosts.count == file.entries.count ? .hosts(hosts) : .file(path, file)
  }

  private static func crowd(_ ranks: Int, _ cores: Int, of host: String? = nil) -> String {
    "\(ranks) ranks share \(cores.counted("core"))\(host.map { " of \($0)" } ?? ""): this is slower than "
      + cores.counted("rank")
  }

  private static func limited(
    _ count: Int, _ circumstances: Circumstances
  ) -> (count: Int, notes: [String]) {
    guard let most = circumstances.most, count > most else { return (count, []) }
    return (
      most,
      [
        "\(most) of \(count) ranks are used: a round of the batch has "
          + "\(most.counted("micro-batch", "micro-batches")) to share"
      ]
    )
  }

  /// What a shell would call the end of the job.
  package func exitCode(_ status: Int32) -> Int32 { mpirun?.exitCode(status) ?? status }

  /// The map of ranks for people: a line for each host.
  package var map: [String] {
    var first = 0
    return hosts.map { host in
      defer { first += host.ranks }
      return host.ranks == 1
        ? "\(host.name): rank \(first)"
        : "\(host.name): ranks \(first) to \(first + host.ranks - 1)"
    }
  }
}
