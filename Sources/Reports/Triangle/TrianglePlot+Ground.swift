/// What lies below the cells.
extension TrianglePlot {
  /// The triangle with lines at quarters, and the region of the optimum.
  var ground: String {
    var svg = ""
    for quarter in 1...3 {
      let (near, far) = (Double(quarter) / 4, 1 - Double(quarter) / 4)
      svg += Self.line(
        .init(depth: near, width: far, resolution: 0), .init(depth: near, width: 0, resolution: far)
      )
      svg += Self.line(
        .init(depth: far, width: near, resolution: 0), .init(depth: 0, width: near, resolution: far)
      )
      svg += Self.line(
        .init(depth: far, width: 0, resolution: near), .init(depth: 0, width: far, resolution: near)
      )
    }
    let outline = Self.path([
      .init(depth: 1, width: 0, resolution: 0), .init(depth: 0, width: 1, resolution: 0),
      .init(depth: 0, width: 0, resolution: 1),
    ])
    var areas = "<path class=\"side\" d=\"\(outline)\"/>"
    if let optimum, !optimum.region.isEmpty {
      let hexagons = optimum.region.map { Self.path($0.hexagon(step: optimum.step)) }
      areas += "<path class=\"region\" d=\"\(hexagons.joined())\"/>"
    }
    return svg + PlotFrame.stretched(areas)
  }

  private static func line(_ from: Shares, _ to: Shares, class style: String = "") -> String {
    let name = style.isEmpty ? "" : "class=\"\(style)\" "
    return "<line \(name)x1=\"\(from.x.percentLength)\" y1=\"\(from.y.percentLength)\" "
      + "x2=\"\(to.x.percentLength)\" y2=\"\(to.y.percentLength)\"/>"
  }

  /// A polygon in a stretched box.
  private static func path(_ corners: [Shares]) -> String {
    guard !corners.isEmpty else { return "" }
    let places = corners.map { "\(PlotFrame.unit($0.x)) \(PlotFrame.unit($0.y))" }
    return "M\(places.joined(separator: "L"))z"
  }

  /// Names of the corners, clear of the cells there.
  var corners: String {
    """
    <text class="corner x" x="50%" dy="\(-radius - 10)">depth</text>\
    <text class="corner x" x="0%" y="100%" dy="\(radius + 19)">width</text>\
    <text class="corner x" x="100%" y="100%" dy="\(radius + 19)">resolution</text>
    """
  }

  /// Lines from cells to what their networks have; they are seen where they leave the cells.
  var reached: String {
    points.compactMap { point in
      guard let reached = point.reached, reached.isDrawable else { return nil }
      return Self.line(point.shares, reached, class: "reached")
        + "<circle class=\"reached\" cx=\"\(reached.x.percentLength)\" "
        + "cy=\"\(reached.y.percentLength)\" r=\"3\"/>"
    }.joined()
  }
}
