import Benchmarks
import Boundary
import Foundation
import Hosts
import MPI
import Supervision

/// What `effnet doctor` found on all ranks, and what to do about it.
struct DoctorReport: Encodable {
  let ranks: [RankExamination?]
  let pairs: [PairMeasurement]
  /// One line each: what is wrong and how to mend it.
  let problems: [String]
  /// Whether every rank could be heard, and every pair of hosts that was measured hears each other.
  let isReachable: Bool
  private let hosts: [String]

  /// - Parameters:
  ///   - hosts: Of all ranks, also of those not heard.
  ///   - known: Problems that were found before.
  init(ranks: [RankExamination?], pairs: [PairMeasurement], hosts: [String], known: [String]) {
    self.ranks = ranks
    self.pairs = pairs
    self.hosts = hosts
    isReachable = !ranks.contains { $0 == nil } && !pairs.contains { $0.bandwidth == nil }
    let heard = ranks.compactMap { $0 }
    let network = Self.networkProblems(heard, pairs, hosts)
    let silent = ranks.indices.filter { ranks[$0] == nil }.map {
      "rank \($0) on \(hosts[$0]) does not answer rank 0; see the network above"
    }
    problems =
      known + network + silent + Self.hostProblems(heard, hosts) + Self.dataProblems(heard)
  }

  /// Variables that name the network to the MPI library.
  static var networkChoice: String {
    (MPIRun.Family(library: MPISession.libraryVersion) ?? .orte).networkChoice
  }

  private enum CodingKeys: CodingKey { case ranks, pairs, problems }

  private static func networkProblems(
    _ ranks: [RankExamination], _ pairs: [PairMeasurement], _ hosts: [String]
  ) -> [String] {
    func networks(_ host: String) -> String {
      let all = ranks.first { $0.host == host }?.interfaces ?? []
      return all.isEmpty
        ? "unknown" : all.map { "\($0.name) \($0.subnet)" }.joined(separator: ", ")
    }
    var problems = pairs.filter { $0.bandwidth == nil }.map { pair in
      let (a, b) = (hosts[pair.first], hosts[pair.second])
      return "\(a) and \(b) do not reach each other in time: check cable and firewall, or name the "
        + "network to use with \(networkChoice); \(a) has \(networks(a)), \(b) has \(networks(b))"
    }
    for pair in pairs {
      guard let offset = pair.clockOffset, pair.first == 0, abs(offset) > 1 else { continue }
      problems.append(
        "the clock of \(hosts[pair.second]) is \(fixed(offset, 1)) s ahead of that of \(hosts[0]); "
          + "set it (chrony or ntpd), or times in logs mislead")
    }
    let usual = pairs.compactMap(\.bandwidth).median
    for pair in pairs where (pair.bandwidth ?? usual) < usual / 4 {
      problems.append(
        "\(hosts[pair.first]) and \(hosts[pair.second]) exchange "
          + "\(fixed((pair.bandwidth ?? 0) * 8e-6, 0)) Mbit/s, others \(fixed(usual * 8e-6, 0)); "
          + "check cable, speed of the card and other traffic")
    }
    return problems
  }

  private static func hostProblems(_ ranks: [RankExamination], _ hosts: [String]) -> [String] {
    var problems: [String] = []
    func differing(_ what: String, _ cure: String, _ value: (RankExamination) -> String) {
      guard let first = ranks.first, let other = ranks.first(where: { value($0) != value(first) })
      else { return }
      problems.append(
        "\(what) differs: \(value(first)) on \(first.host), \(value(other)) on \(other.host); \(cure)"
      )
    }
    differing("the MPI library", "install the same version everywhere", \.mpi)
    differing("the program", "use the same build everywhere, or results differ") {
      String($0.program.suffix(12))
    }
    differing(
      "OpenBLAS' core type",
      "set EFFNET_CORETYPE to the one that all processors have, or results differ", \.coreType)
    for rank in ranks {
      guard let best = rank.bestCoreType, best.lowercased() != rank.coreType.lowercased() else {
        continue
      }
      problems.append(
        "OpenBLAS uses \(rank.coreType) on \(rank.host) where \(best) is faster; unset "
          + "EFFNET_CORETYPE unless other hosts need it")
      break
    }
    for host in Set(ranks.map(\.host)).sorted() {
      let own = ranks.filter { $0.host == host }
      guard let first = own.first else { continue }
      // Bound ranks have a core each; unbound ones share what all of them see.
      let cores = Set(own.flatMap(\.cores)).count
      let room = min(cores, own.reduce(0) { $0 + $1.coreCount })
      if own.count > room {
        problems.append(
          "\(own.count) ranks share \(room.counted("core")) of \(host); start \(room) there or bind them to "
            + "cores (effnet launch does)")
      }
      if let need = own.compactMap(\.neededMemory).max(),
        need * Double(own.count) > first.freeMemory
      {
        problems.append(
          "\(host) has \(fixed(first.freeMemory / 1e9, 1)) GB of memory free and its \(own.count) "
            + "ranks need about \(fixed(need * Double(own.count) / 1e9, 1)); raise batch.rounds or "
            + "use more hosts")
      }
    }
    if let problem = RankOrder.problem(hosts) { problems.append(problem) }
    return problems
  }

  private static func dataProblems(_ ranks: [RankExamination]) -> [String] {
    var problems: [String] = []
    // The same on all ranks is said once.
    var said: Set<String> = []
    for rank in ranks {
      if let problem = rank.problem, said.insert(problem).inserted {
        problems.append("rank \(rank.rank) on \(rank.host): \(problem)")
      }
    }
    if Set(ranks.compactMap(\.configuration)).count > 1 {
      problems.append("the configuration differs between hosts; put it on a file system they share")
    }
    if let writer = ranks.first, let problem = writer.outputProblem {
      problems.append("\(writer.host) \(problem)")
    } else if let writer = ranks.first, let space = writer.freeSpace, space < 1e9 {
      problems.append(
        "\(writer.host) has \(fixed(space / 1e6, 0)) MB for output; make room, or choose another "
          + "folder with --output")
    }
    return problems
  }

  /// Tables of hosts and pairs, then what to fix.
  var text: String {
    var rows = [
      ["host", "ranks", "cores", "core type", "built for", "MPI", "free", "images", "networks"]
    ]
    var seen: Set<String> = []
    for rank in ranks.compactMap({ $0 }) where seen.insert(rank.host).inserted {
      let own = ranks.compactMap { $0 }.filter { $0.host == rank.host }
      rows.append([
        rank.host, "\(own.count)", "\(Set(own.flatMap(\.cores)).count)", rank.coreType,
        rank.compiled == rank.processor ? rank.compiled : "\(rank.compiled) on \(rank.processor)",
        rank.mpi,
        "\(fixed(rank.freeMemory / 1e9, 1)) GB",
        rank.images == 0
          ? "" : "\(fixed(rank.seconds / max(Double(rank.bytes), 1) * 1e9, 1)) ms/MB",
        rank.interfaces.map { "\($0.name) \($0.address)" }.joined(separator: " "),
      ])
    }
    let table = TextTable(leftColumns: 1, fitting: rows)
    var lines = rows.map(table.line)
    if !pairs.isEmpty {
      let cells =
        [["from", "to", "8 bytes", "up to 1 MB both ways"]]
        + pairs.map { pair in
          [
            hosts[pair.first], hosts[pair.second],
            pair.latency.map { "\(fixed($0 * 1e6, 1)) µs" } ?? "no answer",
            pair.bandwidth.map { "\(fixed($0 * 8e-6, 0)) Mbit/s" } ?? "",
          ]
        }
      let table = TextTable(leftColumns: 2, fitting: cells)
      lines += [""] + cells.map(table.line)
    }
    lines.append("")
    lines += problems.isEmpty ? ["Nothing to fix."] : ["To fix:"] + problems.map { "- \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
