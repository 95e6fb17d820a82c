internal import Boundary

/// A list of hosts as `mpirun` reads it: `NAME [slots=N]` a line, with comments after `#`. The
/// files of batch systems, which repeat a name for each of its slots, are such lists.
package struct HostFile: Sendable, Equatable {
  /// One host; the slots of several lines add up.
  package struct Entry: Sendable, Equatable {
    /// Name, with `USER@` in front where the file has it.
    package let name: String
    /// Ranks it can take; `nil` where the file leaves it to the host's cores.
    package var slots: Int?
  }

  /// The hosts in the order in which they first appear; this one is one host by all its names.
  package let entries: [Entry]

  /// Longest file, in bytes.
  private static let mostBytes = 1 << 22
  /// Slots of a host: more than any has cores.
  private static let mostSlots = 1 << 20

  /// Reads a file, or a pipe.
  ///
  /// - Parameter lookUp: Asks which names are this host's own.
  /// - Throws: When it cannot be read, names no host, or has a line of another kind.
  package init(
    contentsOf path: String, lookUp: ([String]) -> Void = OwnHost.lookUp
  ) throws(HostsError) {
    let text: String
    do { text = try InputText.read(path, limit: Self.mostBytes) } catch {
      throw HostsError(
        "the host file \(path.shown) cannot be read: \(error.reason); correct --hosts")
    }
    try self.init(text, path: path, lookUp)
  }

  private init(
    _ text: String, path: String, _ lookUp: ([String]) -> Void
  ) throws(HostsError) {
    // A carriage return before the end of a line belongs to the end.
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    var read: [(name: String, slots: Int?)] = []
    for (number, line) in lines.enumerated() {
      let place = "line \(number + 1) of the host file \(path.shown)"
      let words = line.prefix { $0 != "#" }.replacing("=", with: " = ")
        .split(whereSeparator: \.isWhitespace)
      guard let first = words.first else { continue }
      let name = Self.ownName(first) ?? String(first)
      if let problem = Self.problem(ofName: name[...]) {
        throw HostsError(
          "\(place) begins with \(name.shown(limit: 80)), which is \(problem)")
      }
      read.append((name, try Self.slots(words.dropFirst(), line, place)))
    }
    guard !read.isEmpty else {
      throw HostsError("the host file \(path.shown) names no host")
    }
    lookUp(read.map(\.name))
    entries = Self.merged(read)
  }

  /// A name without a number of slots counts as one of them where it is repeated.
  private static func merged(_ lines: [(name: String, slots: Int?)]) -> [Entry] {
    var entries: [Entry] = []
    var places: [String: Int] = [:]
    for (name, slots) in lines {
      let key = OwnHost.includes(name) ? "localhost" : name
      if let place = places[key] {
        let sum = (entries[place].slots ?? 1).saturatingSum(slots ?? 1)
        entries[place].slots = min(sum, mostSlots)
      } else {
        places[key] = entries.count
        entries.append(Entry(name: name, slots: slots))
      }
    }
    return entries
  }

  /// The settings of a line.
  private static func slots(
    _ words: ArraySlice<Substring>, _ line: Substring, _ place: String
  ) throws(HostsError) -> Int? {
    var slots: Int?
    var rest = words
    while !rest.isEmpty {
      let setting = Array(rest.prefix(3))
      guard setting.count == 3, setting[1] == "=", let value = Int(setting[2]), value > 0,
        ["slots", "cpu", "count", "max_slots", "max-slots"].contains(setting[0])
      else {
        throw HostsError(
          "\(place) is not \"NAME slots=N\": \(String(line).shown(limit: 80))")
      }
      guard value <= mostSlots else {
        throw HostsError(
          "\(place) has \(setting[0])=\(setting[2]), more than the \(mostSlots) that a host can have"
        )
      }
      if !setting[0].hasPrefix("max") { slots = value }
      rest = rest.dropFirst(3)
    }
    return slots
  }

  /// What `mpirun` understands instead of an address of this host that it does not.
  private static func ownName(_ name: Substring) -> String? {
    let address =
      name.hasPrefix("[") && name.hasSuffix("]")
      ? String(name.dropFirst().dropLast()) : String(name)
    return OwnHost.isVersion6(address) && OwnHost.includes(address) ? "localhost" : nil
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
