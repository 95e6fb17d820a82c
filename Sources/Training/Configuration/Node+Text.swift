import Yams

extension Node {
  /// Text of a scalar without quotes: only such text may be a number, a truth value or null.
  var plainText: String? {
    if case .scalar(let scalar) = self, scalar.style == .plain { scalar.string } else { nil }
  }

  var isNull: Bool { ["", "~", "null"].contains(plainText) }

  var summary: String {
    switch self {
    case .scalar(let scalar): plainText ?? scalar.string.quotedForYAML
    case .mapping: "keys and values"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }
}
