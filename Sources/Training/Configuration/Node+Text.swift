import Boundary
import Yams

extension Node {
  /// Text of a scalar without quotes: only such text may be a number, a truth value or null.
  var plainText: String? {
    if case .scalar(let scalar) = self, scalar.style == .plain { scalar.string } else { nil }
  }

  /// Null of YAML's core schema (yaml.org/spec/1.2.2, section 10.3.2).
  var isNull: Bool { ["", "~", "null", "Null", "NULL"].contains(plainText) }

  /// What it is, in a message.
  var summary: String {
    switch self {
    case .scalar(let scalar):
      plainText?.shown(limit: Self.summaryLimit)
        ?? "\"\(scalar.string.shown(limit: Self.summaryLimit))\""
    case .mapping: "keys and values"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  /// Characters of a value that tell what was meant.
  private static let summaryLimit = 80
}
