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

  /// Whether one of the hosts is this one.
  package var includesThisHost: Bool { hosts.contains { OwnHost.includes($0.name) } }

  /// Number of ranks.
  package var rankCount: Int { hosts.reduce(0) { $0 + $1.ranks } }

  /// Variables of every rank: one thread of the numerical libraries, the rank's own.
  package static let environment = ["OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"]

  /// Ranks on this host alone.
  package init(on cores: AllottedCores, named name: String, _ circumstances: Circumstances) {
    var (count, notes) = Self.limited(circumstances.ranks ?? cores.count, circumstances)
    count = max(1, count)
    var options: [String] = []
    if count > cores.count {
      options.append("--oversubscribe")
      notes.append(Self.crowd(count, cores.count))
    }
    // Two jobs that each bind to the first cores would share them while others idle.
    let takesAll = count == cores.count && cores.isWholeHost && cores.cores.count == count
    self.init(
      hosts: [HostShare(name, ranks: count)], options, isBound: takesAll, circumstances, notes)
  }

  /// Ranks on several hosts, which `mpirun` reaches through a remote shell.
  ///
  /// - Parameter hosts: The hosts and the ranks that each can take.
  /// - Throws: When they cannot take as many ranks as asked for.
  package init(on hosts: [HostShare], _ circumstances: Circumstances) throws(HostsError) {
    let room = hosts.reduce(0) { $0 + $1.ranks }
    let (count, limits) = Self.limited(circumstances.ranks ?? room, circumstances)
    guard count <= room else {
      throw HostsError(
        "\(count) ranks do not fit into the \(room) slots of \(hosts.count) hosts; raise slots= in "
          + "the host file or lower --ranks")
    }
    let used = HostShare.filling(hosts, with: count)
    let list = used.map { "\($0.name):\($0.ranks)" }.joined(separator: ",")
    let crowds = used.compactMap { host in
      host.cores.flatMap { $0 < host.ranks ? Self.crowd(host.ranks, $0, of: host.name) : nil }
    }
    self.init(
      hosts: used, ["--host", list], isBound: used.allSatisfy { $0.ranks == $0.cores },
      circumstances, limits + crowds)
  }

  /// Ranks in an allocation of Slurm.
  ///
  /// - Parameters:
  ///   - hosts: Those of the allocation that may be used.
  ///   - interface: What `srun` calls its interface to MPI; `nil` where it has none, and `mpirun`
  ///     starts the ranks.
  /// - Throws: When the hosts cannot take as many ranks as asked for.
  package init(
    in allocation: SlurmAllocation, on hosts: [HostShare], interface: String?,
    _ circumstances: Circumstances
  ) throws(HostsError) {
    guard let interface else {
      try self.init(on: hosts, circumstances)
      return
    }
    let room = hosts.reduce(0) { $0 + $1.ranks }
    let (count, notes) = Self.limited(circumstances.ranks ?? room, circumstances)
    guard count <= room else {
      throw HostsError(
        "\(count) ranks do not fit into the \(room) tasks of Slurm's job \(allocation.job); ask for "
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

  private init(hosts: [HostShare], notes: [String], launcher: [String]) {
    self.hosts = hosts
    self.notes = notes
    self.launcher = launcher
  }

  private init(
    hosts: [HostShare], _ options: [String], isBound: Bool, _ circumstances: Circumstances,
    _ notes: [String]
  ) {
    self.init(
      hosts: hosts, notes: notes,
      launcher: Self.command(
        ranks: hosts.reduce(0) { $0 + $1.ranks }, options, isSpread: hosts.count > 1,
        isBound: isBound, circumstances))
  }

  /// The command that starts ranks which bind themselves to processors, on the hosts that `mpirun`
  /// takes from a file, from Slurm's allocation, or else on this one.
  ///
  /// - Parameter isOversubscribing: Whether ranks may share a processor.
  package static func measuring(
    ranks: Int, hostFile: String?, isOversubscribing: Bool, _ circumstances: Circumstances
  ) -> [String] {
    let isInSlurm = circumstances.environment["SLURM_JOB_ID"] != nil
    var options = hostFile.map { ["--hostfile", $0] } ?? []
    if hostFile == nil, !isInSlurm { options += ["--host", "localhost:\(ranks)"] }
    if isOversubscribing { options.append("--oversubscribe") }
    return command(
      ranks: ranks, options, isSpread: hostFile != nil || isInSlurm, isBound: false,
      settings: isOversubscribing ? [("mpi_yield_when_idle", "1")] : [], circumstances)
  }

  private static func command(
    ranks: Int, _ options: [String], isSpread: Bool, isBound: Bool,
    settings: [(String, String)] = [], _ circumstances: Circumstances
  ) -> [String] {
    let environment = circumstances.environment
    var command = ["mpirun"]
    if circumstances.isRoot { command.append("--allow-run-as-root") }
    command += options
    // `slot` fills one host after the other.
    if environment["OMPI_MCA_rmaps_base_mapping_policy"] == nil { command += ["--map-by", "slot"] }
    if environment["OMPI_MCA_hwloc_base_binding_policy"] == nil {
      command += ["--bind-to", isBound ? "core" : "none"]
    }
    // The second that mpirun waits between its signals to end and to die stays: with more, each end of
    // a job would take several times as much, also of one whose ranks have ended by themselves.
    var settings = settings
    if isSpread {
      // A host that is cut off is noticed after 5 s and not after minutes.
      settings += [
        ("oob_tcp_keepalive_time", "2"), ("oob_tcp_keepalive_intvl", "1"),
        ("oob_tcp_keepalive_probes", "3"),
      ]
    }
    if !circumstances.mayCopyDirectly {
      settings.append(("btl_vader_single_copy_mechanism", "none"))
    }
    for (name, value) in settings where environment["OMPI_MCA_\(name)"] == nil {
      command += ["--mca", name, value]
    }
    // Ranks on this host inherit all variables; on the others they get those named.
    let passedOn = ["EFFNET_CORETYPE", "HDF5_USE_FILE_LOCKING", "LD_LIBRARY_PATH"]
    for name in Self.environment.keys.sorted() + passedOn.filter({ environment[$0] != nil }) {
      command += ["-x", name]
    }
    return command + ["-n", "\(ranks)"]
  }

  private static func crowd(_ ranks: Int, _ cores: Int, of host: String? = nil) -> String {
    "\(ranks) ranks share \(cores) cores\(host.map { " of \($0)" } ?? ""): this is slower than "
      + "\(cores) ranks"
  }

  private static func limited(
    _ count: Int, _ circumstances: Circumstances
  ) -> (count: Int, notes: [String]) {
    guard let most = circumstances.most, count > most else { return (count, []) }
    return (
      most,
      [
        "\(most) of \(count) ranks are used: a round of the batch has \(most) micro-batches to "
          + "share"
      ]
    )
  }

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
