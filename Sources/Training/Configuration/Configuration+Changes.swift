extension Configuration {
  /// What differs from the configuration that a run began with: a line for each key, in the order
  /// of the file.
  func changes(since old: Configuration) -> [String] {
    Self.changes(from: old.entries, to: entries)
  }

  /// The same, of keys with their values.
  package static func changes(
    from before: [ConfigurationWriter.Entry], to now: [ConfigurationWriter.Entry]
  ) -> [String] {
    let gone = before.filter { entry in !now.contains { $0.name == entry.name } }
    let changed = now.compactMap { entry -> String? in
      let value = before.first { $0.name == entry.name }?.value
      return value == entry.value
        ? nil : "\(entry.name) was \(value ?? Self.absent) and is now \(entry.value)"
    }
    return changed + gone.map { "\($0.name) was \($0.value) and is now \(Self.absent)" }
  }

  /// The value of a key that is not given and has no default.
  private static let absent = "left out"
}
