import Foundation

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
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw HostsError("the host file \(path) cannot be read; correct --hosts")
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
      var slots: Int?
      var rest = words.dropFirst()
      while !rest.isEmpty {
        let setting = Array(rest.prefix(3))
        guard setting.count == 3, setting[1] == "=", let value = Int(setting[2]), value > 0,
          ["slots", "max_slots", "max-slots"].contains(setting[0]), !name.hasPrefix("=")
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
}
