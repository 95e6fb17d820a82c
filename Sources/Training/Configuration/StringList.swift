import Yams

/// One string or a list of them.
package struct StringList: ConfigurationValue {
  package static let expectation = "a string or a list of strings"
  package var strings: [String]

  package init(strings: [String]) { self.strings = strings }

  package init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    let nodes = if case .sequence(let elements) = node { Array(elements) } else { [node] }
    strings = []
    for node in nodes {
      guard case .scalar(let scalar) = node, !scalar.string.isEmpty, !node.isNull else {
        throw .unexpected(node, insteadOf: Self.expectation).at(node)
      }
      do throws(ConfigurationProblem) {
        strings.append(try scalar.string.requiringNoZeroByte())
      } catch { throw error.at(node) }
    }
  }

  package var yaml: String { "[" + strings.map(\.quotedForYAML).joined(separator: ", ") + "]" }
}
