/// Upright bands over a plot that tell their values when the pointer is over them.
enum HoverBands {
  static let count = 40

  /// - Parameter title: The text of a band, 0 to ``count`` − 1; bands without one are left out.
  static func markup(title: (Int) -> String?) -> String {
    let width = (1 / Double(count)).percentLength
    return (0..<count).map { band in
      guard let title = title(band) else { return "" }
      let left = (Double(band) / Double(count)).percentLength
      return "<rect x=\"\(left)\" width=\"\(width)\" height=\"100%\">"
        + "<title>\(title.escapedForHTML)</title></rect>"
    }.joined()
  }
}
