/// Writes a configuration with every default filled in.
final class ConfigurationWriter: ConfigurationVisitor {
  private(set) var yaml = ""

  private func write(_ key: String, _ value: some ConfigurationValue) {
    yaml += "  \(key): \(value.yaml)\n"
  }

  func section(_ name: String, _ visit: () -> Void) {
    let before = yaml
    yaml = ""
    visit()
    // A section that is switched off has no keys.
    yaml = yaml.isEmpty ? before : before + "\(name):\n" + yaml
  }

  func value<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value, _ allowed: AllowedRange, default: Value?
  ) {
    write(key, value)
  }

  func required<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value, _ allowed: AllowedRange
  ) {
    write(key, value)
  }

  func optional<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value?, _ allowed: AllowedRange
  ) {
    if let value { write(key, value) }
  }

  func paths(_ key: String, _ value: inout [String], isRequired: Bool) {
    if !value.isEmpty { write(key, StringList(strings: value)) }
  }

  func path(_ key: String, _ value: inout String?) {
    if let value { write(key, value) }
  }

  func condition(_ reason: String) {}

  func require(
    _ holds: @autoclosure () -> Bool, _ section: String, _ key: String,
    _ problem: @autoclosure () -> String
  ) {}
}
