/// The box of a plot: two axes, and the places of values between them.
struct PlotFrame {
  let across: PlotAxis
  let up: PlotAxis
  /// What the horizontal axis counts.
  let horizontal: String
  /// What values are moved by to the right, in shares of the width.
  var offset = 0.0

  init(across: PlotAxis, up: PlotAxis, horizontal: String) {
    self.across = across
    self.up = up
    self.horizontal = horizontal
  }

  /// The same box with its values moved to the right.
  func moved(by offset: Double) -> PlotFrame {
    var frame = self
    frame.offset = offset
    return frame
  }

  /// The place of a value, in shares of the box from its left and upper sides.
  func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (across.position(x) + offset, 1 - up.position(y))
  }

  /// The place of a value from the left.
  func x(_ value: Double) -> String { (across.position(value) + offset).percentLength }

  /// The place of a value from above.
  func y(_ value: Double) -> String { (1 - up.position(value)).percentLength }

  /// Lines across the box at the ticks of values, and the labels of both axes.
  var grid: String {
    var svg = ""
    for tick in up.ticks {
      let y = (1 - tick.position).percentLength
      svg += "<line x2=\"100%\" y1=\"\(y)\" y2=\"\(y)\"/>"
      svg += "<text x=\"-7\" y=\"\(y)\" class=\"y\">\(tick.label)</text>"
    }
    for tick in across.ticks {
      let x = tick.position.percentLength
      svg += "<text x=\"\(x)\" y=\"100%\" dy=\"16\" class=\"x\">\(tick.label)</text>"
    }
    return svg
      + "<text x=\"100%\" y=\"100%\" dy=\"29\" class=\"end\">\(horizontal.escapedForHTML)</text>"
  }

  /// A box in the box, for what has corners: it is stretched as the plot is, lines keep their
  /// width.
  static func stretched(_ markup: String) -> String {
    "<svg viewBox=\"0 0 10000 10000\" preserveAspectRatio=\"none\">\(markup)</svg>"
  }

  /// A length in a ``stretched(_:)`` box.
  static func unit(_ share: Double) -> Int { Int((10_000 * share).rounded()) }

  /// A line through points, or the area between them, in a ``stretched(_:)`` box.
  ///
  /// - Parameter element: `polyline` or `polygon`.
  func path(
    _ points: [PlotPoint], element: String = "polyline", class style: String
  ) -> String {
    let places = points.map { point in
      let (x, y) = place(point.x, point.y)
      return "\(Self.unit(x)),\(Self.unit(y))"
    }
    return "<\(element) class=\"\(style)\" points=\"\(places.joined(separator: " "))\"/>"
  }

  /// Bounds of a value as an upright line.
  func interval(at x: Double, from low: Double, to high: Double, class style: String) -> String {
    let place = self.x(x)
    return "<line class=\"interval \(style)\" x1=\"\(place)\" x2=\"\(place)\" "
      + "y1=\"\(y(low))\" y2=\"\(y(high))\"/>"
  }

  /// A dot at a value.
  func dot(_ x: Double, _ y: Double, radius: Double = 2.5, class style: String) -> String {
    "<circle class=\"\(style)\" r=\"\(radius)\" cx=\"\(self.x(x))\" cy=\"\(self.y(y))\"/>"
  }
}
