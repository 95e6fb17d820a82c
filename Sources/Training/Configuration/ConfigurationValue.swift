import Yams

/// A type that a key can have.
protocol ConfigurationValue {
  /// What a user is to write, with its article.
  static var expectation: String { get }
  /// Reads a node that is not null.
  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem)
  /// What ``init(_:allowed:)`` reads back as an equal value.
  var yaml: String { get }
}

extension Double: ConfigurationValue {
  static let expectation = "a number"

  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    // The characters rule out hexadecimal numbers, infinity and "not a number".
    guard let text = node.plainText, text.allSatisfy("0123456789+-.eE".contains),
      let value = Double(text), value.isFinite
    else { throw .unexpected(node, insteadOf: Self.expectation) }
    guard allowed.contains(value) else {
      throw ConfigurationProblem(text: "\(text) is out of range; allowed: \(allowed)")
    }
    self = value
  }

  var yaml: String { "\(self)" }
}

extension Int: ConfigurationValue {
  static let expectation = "an integer"

  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    guard let value = node.plainText.flatMap({ Int($0) }) else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    guard allowed.contains(Double(value)) else {
      throw ConfigurationProblem(text: "\(value) is out of range; allowed: \(allowed)")
    }
    self = value
  }

  var yaml: String { "\(self)" }
}

extension Bool: ConfigurationValue {
  static let expectation = "true or false"

  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    guard let value = node.plainText.flatMap(Bool.init) else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    self = value
  }

  var yaml: String { "\(self)" }
}

extension String: ConfigurationValue {
  static let expectation = "a string"

  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    self = scalar.string
  }

  var yaml: String { quotedForYAML }
}

extension [Double]: ConfigurationValue {
  static let expectation = "a list of numbers"

  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    guard case .sequence(let elements) = node else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    self = []
    for element in elements { append(try Double(element, allowed: allowed)) }
  }

  var yaml: String { "[" + map(\.yaml).joined(separator: ", ") + "]" }
}

extension ConfigurationValue where Self: RawRepresentable<String> & CaseIterable {
  static var expectation: String { "one of " + names.joined(separator: ", ") }
  private static var names: [String] { allCases.map(\.rawValue) }

  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    guard case .scalar(let scalar) = node else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    guard let value = Self(rawValue: scalar.string) else {
      throw ConfigurationProblem(
        text: "\(node.summary) is not allowed\(scalar.string.suggestion(from: Self.names)); "
          + "allowed: \(Self.names.joined(separator: ", "))")
    }
    self = value
  }

  var yaml: String { rawValue }
}
