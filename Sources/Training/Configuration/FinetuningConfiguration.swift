public import Networks
import Yams

/// Section `finetuning`: a run that starts from a trained network.
public struct FinetuningConfiguration: Sendable, Equatable {
  /// Checkpoint whose weights a run begins with, averaged ones where it has them. Not looked at
  /// when a run goes on. Default none: weights are drawn at random.
  public internal(set) var checkpoint: String?
  /// What is left as it is. Default `none`.
  public internal(set) var freeze = FrozenPart.none
  /// Factor of the learning rate for all but the classifier. Default 1.
  public internal(set) var backboneRate = 1.0

  mutating func visit(_ keys: some ConfigurationVisitor) {
    keys.path("checkpoint", &checkpoint)
    keys.only("with finetuning.checkpoint", given: "checkpoint", checkpoint != nil) {
      keys.value("freeze", &freeze, .any)
      keys.value("backboneRate", &backboneRate, .closed(0, 1))
    }
  }
}

extension FrozenPart: ConfigurationValue {
  package static let expectation = "one of none, stem, stage1, stage2 … and all"

  package init(_ node: Node, allowed: AllowedRange) throws(ConfigurationProblem) {
    guard case .scalar(let scalar) = node, let part = FrozenPart(scalar.string) else {
      throw .unexpected(node, insteadOf: Self.expectation)
    }
    self = part
  }

  package var yaml: String { description }
}
