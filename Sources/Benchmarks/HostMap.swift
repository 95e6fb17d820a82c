import Foundation
import Hosts
import Kernels
import MPI

/// Where the ranks of a job run.
package struct HostMap: Sendable, Codable, Equatable {
  /// One rank.
  package struct Place: Sendable, Codable, Equatable {
    /// Name of its host.
    package var host: String
    /// The running kernel: hosts that share it are one machine (containers, network namespaces).
    package var machine: String
    /// Processors that it may run on.
    package var processors: [Int]

    package init(host: String, machine: String, processors: [Int]) {
      self.host = host
      self.machine = machine
      self.processors = processors
    }
  }

  /// By rank.
  package let places: [Place]

  package init(places: [Place]) { self.places = places }

  /// Asks all ranks.
  package init(_ communicator: Communicator) throws {
    let own = Place(
      host: communicator.processorName, machine: Self.machine,
      processors: AllottedCores().processors)
    places = try communicator.allGather(words: own)
  }

  /// Different hosts, in the order of their first ranks.
  package var hosts: [String] {
    places.reduce(into: []) { if !$0.contains($1.host) { $0.append($1.host) } }
  }

  /// Most ranks that share a host, or a machine.
  package var mostRanksOfHost: Int { Self.mostOften(places.map(\.host)) }
  package var mostRanksOfMachine: Int { Self.mostOften(places.map(\.machine)) }

  /// A line for each host: its name, its ranks and where they may run.
  package var text: String {
    hosts.map { host in
      let ranks = places.enumerated().filter { $0.element.host == host }
      let list = ranks.map { "\($0.offset) on \(Processors.text($0.element.processors))" }
      return "\(host): rank \(list.joined(separator: ", "))"
    }.joined(separator: "; ")
  }

  /// Identifier that a kernel draws when it starts.
  private static var machine: String {
    let id = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    return id?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
  }

  private static func mostOften(_ names: [String]) -> Int {
    Dictionary(grouping: names) { $0 }.values.map(\.count).max() ?? 0
  }
}
