import Foundation
import Hosts

/// Lists of hosts.
struct HostFileSurface: Surface {
  static let name = "hosts"
  let examples = [
    "node1 slots=4\nnode2 slots=2 max_slots=8\n# a comment\nuser@node3.example.org\n",
    "\u{FEFF}localhost\r\nlocalhost\r\n127.0.0.1 slots = 2\r\n",
  ].map { Array($0.utf8) }
  let words = [
    "slots=", "max-slots=", "9223372036854775807", "-oProxyCommand=", "::1", "@", ":", "\r",
    "\u{0}", "#",
    "\u{1B}[31m",
  ].map { Array($0.utf8) }
  private let place: String

  init(place: String) { self.place = place }

  func feed(_ mutant: [UInt8]) throws {
    try Data(mutant).write(to: URL(filePath: place))
    // Nobody outside is asked about names that mean nothing.
    let hosts = try HostFile(contentsOf: place, lookUp: { _ in })
    let isFit = hosts.entries.allSatisfy { entry in
      !entry.name.hasPrefix("-") && (entry.slots ?? 1) > 0
        && entry.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
    guard isFit else { throw Violation(description: "hosts \(hosts.entries)") }
  }
}
