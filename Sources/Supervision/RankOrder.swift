/// How ranks are numbered across hosts.
///
/// The tree of the exchange combines ranks 2k and 2k + 1 first, then pairs of pairs: with
/// neighbours on one host only its upper levels travel between hosts.
package enum RankOrder {
  /// What to say where the ranks of a host are not neighbours, and what to do.
  ///
  /// - Parameter hosts: Of all ranks.
  package static func problem(_ hosts: [String]) -> String? {
    let changes = zip(hosts, hosts.dropFirst()).filter { $0 != $1 }.count
    guard changes >= max(1, Set(hosts).count) else { return nil }
    return
      "the ranks of a host are not neighbours, so that more of the exchange crosses the network; "
      + "start them with --map-by slot, or srun --distribution=block"
  }
}
