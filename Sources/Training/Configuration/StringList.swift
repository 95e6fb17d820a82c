import Yams

/// One string or a list of them.
struct StringList: ConfigurationValue {
  static let expectation = "a string or a list of strings"
  var strings: [String]

  init(strings: [String]) { self.strings = strings }

  init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
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

  var yaml: String { "[" + strings.map(\.quotedForYAML).joined(separator: ", ") + "]" }
}
