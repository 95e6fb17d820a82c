public import Boundary

/// A configuration that cannot be used: one line with place, key, fault and what is allowed.
///
///     digits.yaml:12: schedule.warmupEpochs: -1 is out of range; allowed: 0 to 1000000
public struct ConfigurationError: Fault, Equatable {
  /// The configuration is wrong.
  public var faultKind: FaultKind { .usage }

  /// The line to show to the user.
  public let description: String

  /// - Parameters:
  ///   - location: File and line, or option, as they are shown.
  ///   - key: The key as it was written, which may be any text.
  ///   - problem: The fault, in which foreign text is shown already.
  init(location: String, key: String? = nil, problem: String) {
    description = [location, key?.shown(limit: Self.keyLimit), problem].compactMap(\.self)
      .joined(separator: ": ")
  }

  /// Characters of a key that tell it from the right ones.
  private static let keyLimit = 80

  /// The same fault, with how many others of its kind there are.
  func with(more count: Int) -> ConfigurationError {
    guard count > 0 else { return self }
    return ConfigurationError(
      line: "\(description) (and \(count) more like it)")
  }

  private init(line: String) { description = line }
}
