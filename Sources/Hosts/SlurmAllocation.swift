/// What Slurm has allotted to the job that this process runs in.
package struct SlurmAllocation: Sendable, Equatable {
  /// Number of the job.
  package let job: String
  /// The hosts and their tasks.
  package let hosts: [HostShare]

  /// Reads the environment of a batch script or an interactive allocation.
  ///
  /// - Returns: `nil` outside of any, and in a task that `srun` has started already.
  /// - Throws: When what Slurm says cannot be understood.
  package init?(environment: [String: String]) throws(HostsError) {
    guard let job = environment["SLURM_JOB_ID"], environment["PMIX_RANK"] == nil,
      let list = environment["SLURM_JOB_NODELIST"] ?? environment["SLURM_NODELIST"]
    else { return nil }
    self.job = job
    let names = try Self.names(list)
    // Without --ntasks Slurm starts one task a host.
    let each =
      environment["SLURM_TASKS_PER_NODE"].map(Self.counts) ?? []
    var hosts = names.enumerated().map { index, name in
      HostShare(name, ranks: index < each.count ? each[index] : 1)
    }
    if let tasks = environment["SLURM_NTASKS"].flatMap({ Int($0) }) {
      hosts = HostShare.filling(hosts, with: tasks)
    }
    self.hosts = hosts
  }

  /// The names in a list such as `a[1-3,07],b`.
  static func names(_ list: String) throws(HostsError) -> [String] {
    let problem = HostsError("Slurm's list of hosts \(list) cannot be understood")
    var names: [String] = []
    var rest = list[...]
    while !rest.isEmpty {
      // One element: up to a comma outside of brackets; each bracket multiplies the names.
      var expanded = [""]
      while let character = rest.first, character != "," {
        rest.removeFirst()
        guard character == "[" else {
          expanded = expanded.map { $0 + String(character) }
          continue
        }
        guard let end = rest.firstIndex(of: "]") else { throw problem }
        var numbers: [String] = []
        for part in rest[..<end].split(separator: ",") {
          let ends = part.split(separator: "-")
          guard let low = ends.first, let first = Int(low),
            let last = ends.last.flatMap({ Int($0) }),
            first <= last, last - first < 100_000, ends.count <= 2
          else { throw problem }
          numbers += (first...last).map { number in
            let digits = String(number)
            return String(repeating: "0", count: max(0, low.count - digits.count)) + digits
          }
        }
        expanded = expanded.flatMap { prefix in numbers.map { prefix + $0 } }
        rest = rest[rest.index(after: end)...]
      }
      names += expanded
      rest = rest.dropFirst()
    }
    guard !names.isEmpty, !names.contains("") else { throw problem }
    return names
  }

  /// The numbers in a list such as `2(x3),1`: 2, 2, 2, 1.
  static func counts(_ list: String) -> [Int] {
    list.split(separator: ",").flatMap { part in
      let fields = part.split { "(x)".contains($0) }.compactMap { Int($0) }
      return [Int](repeating: fields.first ?? 1, count: fields.count > 1 ? fields[1] : 1)
    }
  }
}
