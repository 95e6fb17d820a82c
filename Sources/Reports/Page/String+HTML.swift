import Boundary

extension String {
  /// The text with the five characters that HTML gives a meaning replaced, fit for elements and
  /// quoted attributes; control characters, which XML forbids, and marks that turn the direction of
  /// writing become replacement characters.
  package var escapedForHTML: String {
    var result = ""
    result.reserveCapacity(utf8.count)
    // Scalars, because `"` and a combining accent are one character that is not `"`.
    for scalar in unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      case _ where scalar.actsOnTerminals: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
