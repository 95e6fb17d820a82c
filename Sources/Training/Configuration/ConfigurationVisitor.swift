/// Is shown every key of a configuration in order: one description serves reading and writing.
package protocol ConfigurationVisitor: AnyObject {
  /// The keys that `visit` shows belong to the section `name`.
  func section(_ name: String, _ visit: () -> Void)

  /// A key that may be left out: then it has `default`, or keeps the value that it has.
  func value<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value, _ allowed: AllowedRange, default: Value?)

  /// A key that must be given.
  func required<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value, _ allowed: AllowedRange)

  /// A key without default.
  func optional<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value?, _ allowed: AllowedRange)

  /// A list of files, of which a required one is not empty.
  func paths(_ key: String, _ value: inout [String], isRequired: Bool)

  /// A file, if any.
  func path(_ key: String, _ value: inout String?)

  /// The keys that `visit` shows belong to this section only where `holds`, which depends on its
  /// `key`; `condition` says when, such as `with network.phi`.
  func only(_ condition: String, given key: String, _ holds: Bool, _ visit: () -> Void)

  /// What must hold when every key by itself is right; else `problem` is that of `section.key`.
  func require(
    _ holds: @autoclosure () -> Bool, _ section: String, _ key: String,
    _ problem: @autoclosure () -> String)

  /// Of two keys of a section one is given, and not both.
  func requireOne(
    _ section: String, of first: (key: String, isGiven: Bool),
    or second: (key: String, isGiven: Bool))
}

extension ConfigurationVisitor {
  package func value<Value: ConfigurationValue>(
    _ key: String, _ value: inout Value, _ allowed: AllowedRange
  ) {
    self.value(key, &value, allowed, default: nil)
  }

  /// Only what is no number has no range.
  package func value(_ key: String, _ value: inout some ConfigurationWord) {
    self.value(key, &value, .any, default: nil)
  }
}
