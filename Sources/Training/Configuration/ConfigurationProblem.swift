import Yams

/// What is wrong with a value, without the place.
package struct ConfigurationProblem: Error {
  let text: String
  /// Line of the element of a list that is wrong.
  var line: Int?

  package init(text: String, line: Int? = nil) {
    self.text = text
    self.line = line
  }
}

extension ConfigurationProblem {
  /// The same, at the place of an element of a list.
  package func at(_ element: Node) -> ConfigurationProblem {
    ConfigurationProblem(text: text, line: element.mark?.line)
  }

  package static func unexpected(
    _ node: Node, insteadOf expectation: String, hint: String? = nil
  ) -> ConfigurationProblem {
    // What Python calls null is met in files of its programs.
    let hint = hint ?? (node.plainText == "None" ? "write null" : nil)
    return ConfigurationProblem(
      text: "expected \(expectation), found \(node.summary)\(hint.map { "; \($0)" } ?? "")")
  }

  static func outOfRange(_ node: Node, _ allowed: AllowedRange) -> ConfigurationProblem {
    ConfigurationProblem(text: "\(node.summary) is out of range; allowed: \(allowed)")
  }
}
