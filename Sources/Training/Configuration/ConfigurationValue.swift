import Boundary
import Yams

/// A type that a key can have.
package protocol ConfigurationValue {
  /// What a user is to write, with its article.
  static var expectation: String { get }
  /// Reads a node that is not null.
  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem)
  /// What ``init(_:allowed:)`` reads back as an equal value.
  var yaml: String { get }
}

extension Double: ConfigurationValue {
  package static let expectation = "a number"

  package init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
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

  package var yaml: String { "\(self)" }
}

extension Int: ConfigurationValue {
  package static let expectation = "an integer"

  package init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    guard case .integer(let integer) = node.plainText.flatMap(PlainNumber.init) else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    guard let integer, allowed.contains(integer) else { throw .outOfRange(node, allowed) }
    self = integer
  }

  package var yaml: String { "\(self)" }
}

extension Bool: ConfigurationValue {
  package static let expectation = "true or false"

  package init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
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

  package var yaml: String { "\(self)" }
}

extension String: ConfigurationValue {
  package static let expectation = "a string"

  package init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    self = try scalar.string.requiringNoZeroByte()
  }

  package var yaml: String { quotedForYAML }

  /// Where the system reads a path, it would end there.
  func requiringNoZeroByte() throws(ConfigurationProblem) -> String {
    guard !utf8.contains(0) else {
      throw ConfigurationProblem(text: "\(shown(limit: 80)) has a zero byte")
    }
    return self
  }
}

/// A number that can be in a list.
package protocol ConfigurationNumber: ConfigurationValue {
  /// What a list of them is called.
  static var plural: String { get }
}

extension Double: ConfigurationNumber {
  package static let plural = "numbers"
}

extension Int: ConfigurationNumber {
  package static let plural = "integers"
}

extension Array: ConfigurationValue where Element: ConfigurationNumber {
  package static var expectation: String { "a list of \(Element.plural)" }

  /// Reads a list; a single number is a list of one.
  package init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    let elements: [Node]
    switch node {
    case .sequence(let sequence): elements = sequence.map { $0 }
    case .scalar where node.plainText.flatMap(PlainNumber.init) != nil: elements = [node]
    default: throw .unexpected(node, insteadOf: Self.expectation)
    }
    self = []
    for element in elements {
      do throws(ConfigurationProblem) {
        append(try Element(element, allowed: allowed))
      } catch { throw error.at(element) }
    }
  }

  package var yaml: String { "[" + map(\.yaml).joined(separator: ", ") + "]" }
}

/// A value that is no number and needs no range.
package protocol ConfigurationWord: ConfigurationValue {}

extension Bool: ConfigurationWord {}

extension ConfigurationValue where Self: RawRepresentable<String> & CaseIterable {
  package static var expectation: String { "one of " + names.joined(separator: ", ") }
  private static var names: [String] { allCases.map(\.rawValue) }

  package init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
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

  package var yaml: String { rawValue }
}
