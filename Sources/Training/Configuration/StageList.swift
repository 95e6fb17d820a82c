public import Networks
import Yams

/// Rows of a stage table in a configuration.
public struct StageList: Sendable, Equatable {
  /// The rows, before they are scaled.
  public let stages: [Stage]
}

extension StageList: ConfigurationValue {
  package static let expectation =
    "a list of rows such as ir_r2_k5_s2_e6_c40_se0.25 (kinds cn, ds, ir, er)"
  static let mostRows = 100

  package init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    guard case .sequence(let nodes) = node else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    guard (1...Self.mostRows).contains(nodes.count) else {
      throw ConfigurationProblem(
        text: "has \(nodes.count) rows; allowed: 1 to \(Self.mostRows), each with its repeats")
    }
    var stages: [Stage] = []
    for node in nodes {
      guard case .scalar(let scalar) = node else {
        throw .unexpected(node, insteadOf: Self.expectation).at(node)
      }
      do throws(Stage.NotationError) {
        stages.append(try Stage(notation: scalar.string))
      } catch {
        throw ConfigurationProblem(text: "\(node.summary): \(error)").at(node)
      }
    }
    self.stages = stages
  }

  package var yaml: String { "[" + stages.map(\.notation).joined(separator: ", ") + "]" }
}
