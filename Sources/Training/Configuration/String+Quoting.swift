extension String {
  /// A double-quoted YAML scalar.
  package var quotedForYAML: String {
    let escaped = unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case _ where scalar.properties.generalCategory == .control || scalar == "\u{FEFF}":
        "\\U" + String(repeating: "0", count: 8 - String(scalar.value, radix: 16).count)
          + String(scalar.value, radix: 16)
      default: "\(scalar)"
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}
