import Boundary
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
    guard let text = node.plainText, let number = PlainNumber(text) else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    let value: Double? =
      switch number {
      case .integer(let integer): integer.map(Double.init) ?? Double(text)
      case .real(let real): real
      }
    guard let value, allowed.contains(value) else { throw .outOfRange(node, allowed) }
    self = value
  }

  var yaml: String { "\(self)" }
}

extension Int: ConfigurationValue {
  static let expectation = "an integer"

  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    guard case .integer(let integer) = node.plainText.flatMap(PlainNumber.init) else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    guard let integer, allowed.contains(integer) else { throw .outOfRange(node, allowed) }
    self = integer
  }

  var yaml: String { "\(self)" }
}

extension Bool: ConfigurationValue {
  static let expectation = "true or false"

  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    switch node.plainText {
    case "true", "True", "TRUE": self = true
    case "false", "False", "FALSE": self = false
    case let text:
      let hint = text.flatMap { Self.formerNames[$0.lowercased()] }
      throw .unexpected(node, insteadOf: Self.expectation, hint: hint.map { "write \($0)" })
    }
  }

  /// Truth values of YAML 1.1, which are text since.
  private static let formerNames = [
    "yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false",
  ]

  var yaml: String { "\(self)" }
}

extension String: ConfigurationValue {
  static let expectation = "a string"

  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    self = try scalar.string.requiringNoZeroByte()
  }

  var yaml: String { quotedForYAML }

  /// Where the system reads a path, it would end there.
  func requiringNoZeroByte() throws(ConfigurationProblem) -> String {
    guard !utf8.contains(0) else {
      throw ConfigurationProblem(text: "\(shown(limit: 80)) has a zero byte")
    }
    return self
  }
}

extension [Double]: ConfigurationValue {
  static let expectation = "a list of numbers"

  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    guard case .sequence(let elements) = node else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    self = []
    for element in elements {
      do throws(ConfigurationProblem) {
        append(try Double(element, allowed: allowed))
      } catch { throw error.at(element) }
    }
  }

  var yaml: String { "[" + map(\.yaml).joined(separator: ", ") + "]" }
}

/// A value that is no number and needs no range.
protocol ConfigurationWord: ConfigurationValue {}

extension Bool: ConfigurationWord {}

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
