/// A host and the ranks it can take, or takes.
package struct HostShare: Sendable, Equatable {
  /// Name, as the remote shell and the batch system know it.
  package let name: String
  /// Number of ranks.
  package var ranks: Int
  /// Physical cores; `nil` where they are not known.
  package var cores: Int?

  /// A host with room for `ranks` ranks.
  package init(_ name: String, ranks: Int, cores: Int? = nil) {
    self.name = name
    self.ranks = ranks
    self.cores = cores
  }

  /// Fills the hosts one after the other, so that the ranks of a host are neighbours.
  ///
  /// - Returns: The hosts that take ranks; fewer than `count` in all where there is no more room.
  static func filling(_ hosts: [HostShare], with count: Int) -> [HostShare] {
    var left = count
    return hosts.compactMap { host in
      let ranks = min(left, host.ranks)
      left -= ranks
      return ranks > 0 ? HostShare(host.name, ranks: ranks, cores: host.cores) : nil
    }
  }
}
