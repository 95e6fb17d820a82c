/// Writes a configuration with every default filled in.
package final class ConfigurationWriter: ConfigurationVisitor {
  /// A key with its value.
  package struct Entry: Sendable, Equatable {
    package let section, key, value: String
    package var name: String { "\(section).\(key)" }
  }

  package private(set) var entries: [Entry] = []
  private var section = ""

  package var yaml: String {
    var text = ""
    var section = ""
    for entry in entries {
      // A section that is switched off has no keys.
      if entry.section != section { text += "\(entry.section):\n" }
      section = entry.section
      text += "  \(entry.key): \(entry.value)\n"
    }
    return text
  }

  private func write(_ key: String, _ value: some ConfigurationValue) {
    entries.append(Entry(section: section, key: key, value: value.yaml))
  }

  package func section(_ name: String, _ visit: () -> Void) {
    section = name
    visit()
  }

  package func value<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value, _ allowed: AllowedRange, default: Value?
  ) {
    write(key, value)
  }

  package func required<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value, _ allowed: AllowedRange
  ) {
    write(key, value)
  }

  package func optional<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value?, _ allowed: AllowedRange
  ) {
    if let value { write(key, value) }
  }

  package func paths(_ key: String, _ value: inout [String], isRequired: Bool) {
    if !value.isEmpty { write(key, StringList(strings: value)) }
  }

  package func path(_ key: String, _ value: inout String?) {
    if let value { write(key, value) }
  }

  package func only(_ condition: String, given key: String, _ holds: Bool, _ visit: () -> Void) {
    if holds { visit() }
  }

  package func require(
    _ holds: @autoclosure () -> Bool, _ section: String, _ key: String,
    _ problem: @autoclosure () -> String
  ) {}

  package func requireOne(
    _ section: String, of first: (key: String, isGiven: Bool),
    or second: (key: String, isGiven: Bool)
  ) {}
}
