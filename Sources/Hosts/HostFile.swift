import Boundary
import Foundation
import Supervision

/// A list of hosts in Open MPI's format: `NAME [slots=N]` a line, with comments after `#`.
package struct HostFile: Sendable, Equatable {
  /// One host; the slots of several lines add up.
  package struct Entry: Sendable, Equatable {
    /// Name, with `USER@` in front where the file has it.
    package let name: String
    /// Ranks it can take; `nil` where the file leaves it to the host's cores.
    package var slots: Int?
  }

  /// The hosts in the order in which they first appear.
  package let entries: [Entry]

  /// Reads a file.
  ///
  /// - Throws: When it cannot be read, names no host, or has a line of another kind.
  package init(contentsOf path: String) throws(HostsError) {
    let bytes: Data
    do { bytes = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw HostsError(
        "the host file \(path) cannot be read: \(error.systemReason); correct --hosts")
    }
    try self.init(String(decoding: bytes, as: UTF8.self), path: path)
  }

  init(_ text: String, path: String) throws(HostsError) {
    var entries: [Entry] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.prefix { $0 != "#" }.replacing("=", with: " = ")
        .split(whereSeparator: \.isWhitespace)
      guard let name = words.first else { continue }
      if let problem = Self.problem(ofName: name) {
        throw HostsError(
          "line \(number + 1) of the host file \(path) begins with \(name), which is \(problem)")
      }
      var slots: Int?
      var rest = words.dropFirst()
      while !rest.isEmpty {
        let setting = Array(rest.prefix(3))
        guard setting.count == 3, setting[1] == "=", let value = Int(setting[2]), value > 0,
          ["slots", "max_slots", "max-slots"].contains(setting[0])
        else {
          throw HostsError(
            "line \(number + 1) of the host file \(path) is not \"NAME slots=N\": \(line)")
        }
        if setting[0] == "slots" { slots = value }
        rest = rest.dropFirst(3)
      }
      if let index = entries.firstIndex(where: { $0.name == name }) {
        if let old = entries[index].slots, let slots { entries[index].slots = old + slots }
      } else {
        entries.append(Entry(name: String(name), slots: slots))
      }
    }
    guard !entries.isEmpty else { throw HostsError("the host file \(path) names no host") }
    self.entries = entries
  }

  /// What is wrong with `[USER@]NAME`, and what to write instead; `nil` where nothing is.
  ///
  /// What begins with a hyphen would be an option of the remote shell.
  private static func problem(ofName name: Substring) -> String? {
    let parts = name.split(separator: "@", omittingEmptySubsequences: false)
    guard !name.contains(":") else {
      return name.filter { $0 == ":" }.count > 1
        ? "an IPv6 address: give the host's name or IPv4 address"
        : "no host name: write NAME slots=N for a number of ranks, and ports into ~/.ssh/config"
    }
    let isName = parts.allSatisfy { part in
      (part.first.map { $0 != "-" && $0 != "." } ?? false)
        && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
    }
    return isName && parts.count <= 2
      ? nil : "no host name: letters, digits, hyphens and dots make one, with USER@ in front or not"
  }
}
