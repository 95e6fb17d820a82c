import Yams

/// What is wrong with a value, without the place.
struct ConfigurationProblem: Error {
  let text: String
}

extension ConfigurationProblem {
  static func unexpected(_ node: Node, insteadOf expectation: String) -> ConfigurationProblem {
    ConfigurationProblem(text: "expected \(expectation), found \(node.summary)")
  }
}
