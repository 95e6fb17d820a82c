/// Shapes of points, so that colour is never the only thing that tells series apart.
package enum MarkerShape: Int, CaseIterable, Sendable {
  case circle, square, triangle, diamond, cross, pentagon, star, turnedTriangle

  /// The outline around the point 0, 0 in pixels; the areas look alike.
  var path: String {
    switch self {
    case .circle: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z"
    case .square: "M-4-4h8v8h-8z"
    case .triangle: "M0-5.4L5 3.6H-5z"
    case .diamond: "M0-5.6L5.6 0L0 5.6L-5.6 0z"
    case .cross: "M-1.7-5h3.4v3.3H5v3.4H1.7V5h-3.4V1.7H-5v-3.4h3.3z"
    case .pentagon: "M0-5.1L4.9-1.6L3 4.1H-3L-4.9-1.6z"
    case .star: "M0-6L1.6-2.1L5.8-1.9L2.5.8L3.6 4.9L0 2.6L-3.6 4.9L-2.5.8L-5.8-1.9L-1.6-2.1z"
    case .turnedTriangle: "M0 5.4L5-3.6H-5z"
    }
  }

  /// Pixels from the middle within which the shape lies.
  package static let radius = 6.0

  /// The shape for a number, beginning anew after the last.
  init(number: Int) {
    let count = Self.allCases.count
    self = Self.allCases[((number % count) + count) % count]
  }

  /// The shape around the origin.
  func markup(class style: String) -> String { "<path class=\"\(style)\" d=\"\(path)\"/>" }

  /// The shape as a picture in a line of text.
  ///
  /// - Parameter hasLine: Whether a line goes through it.
  func key(class style: String, hasLine: Bool = false) -> String {
    let line = hasLine ? "<path class=\"through\" d=\"M-9 0H9\"/>" : ""
    return "<svg class=\"shape\" viewBox=\"-9 -7 18 14\" aria-hidden=\"true\">"
      + "\(line)\(markup(class: style))</svg>"
  }
}
