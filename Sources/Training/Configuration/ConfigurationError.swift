/// A configuration that cannot be used: one line with place, key, fault and what is allowed.
///
///     digits.yaml:12: schedule.warmupEpochs: -1 is out of range; allowed: 0 to 1000000
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line to show to the user.
  public let description: String

  init(location: String, key: String? = nil, problem: String) {
    description = [location, key, problem].compactMap(\.self).joined(separator: ": ")
  }
}
