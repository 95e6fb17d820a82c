extension LinePlot {
  /// Lines with up to this many points show each of them.
  private static let dotLimit = 40
  /// Vertical bands that tell their values when the pointer is over them.
  private static let bandCount = 40

  /// The plot as a `<figure>` with its legend.
  package var markup: String {
    let lines = series.map { drawable($0.points) }
    let across =
      countsDoublings
      ? PlotAxis(doublingsUpTo: lines.joined().map(\.x).max() ?? 1)
      : PlotAxis(lines.joined().map(\.x), includesZero: true, endsAtTicks: false, tickCount: 6)
    let up = PlotAxis(
      lines.joined().map(\.y) + series.flatMap(\.intervals).flatMap { [$0.low, $0.high] },
      includesZero: includesZero, isLogarithmic: isLogarithmic)
    var svg = ""
    for tick in up.ticks {
      let y = Self.percent(1 - tick.position)
      svg += "<line x2=\"100%\" y1=\"\(y)\" y2=\"\(y)\"/>"
      svg += "<text x=\"-7\" y=\"\(y)\" class=\"y\">\(tick.label)</text>"
    }
    for tick in across.ticks {
      let x = Self.percent(tick.position)
      svg += "<text x=\"\(x)\" y=\"100%\" dy=\"16\" class=\"x\">\(tick.label)</text>"
    }
    svg += "<text x=\"100%\" y=\"100%\" dy=\"29\" class=\"end\">\(horizontal.escapedForHTML)</text>"
    svg += "<svg viewBox=\"0 0 10000 10000\" preserveAspectRatio=\"none\">"
    for (number, line) in lines.enumerated() where line.count > 1 {
      // What goes up and down faster than the screen shows is a pale band around its mean.
      let means = Self.means(line)
      let own = style(number)
      svg += Self.polyline(
        Self.thinned(line), means.isEmpty ? own : own + " range", across, up)
      if !means.isEmpty { svg += Self.polyline(means, own, across, up) }
    }
    svg += "</svg>"
    for (number, line) in series.enumerated() {
      for interval in line.intervals {
        let x = Self.percent(across.position(interval.x))
        svg += "<line class=\"interval \(style(number))\" x1=\"\(x)\" x2=\"\(x)\" "
        svg += "y1=\"\(Self.percent(1 - up.position(interval.low)))\" "
        svg += "y2=\"\(Self.percent(1 - up.position(interval.high)))\"/>"
      }
    }
    for (number, line) in lines.enumerated()
    where line.count <= Self.dotLimit && !series[number].isDashed {
      for point in line {
        let (x, y) = (across.position(point.x), 1 - up.position(point.y))
        svg += "<circle class=\"\(style(number))\" r=\"2.5\" "
        svg += "cx=\"\(Self.percent(x))\" cy=\"\(Self.percent(y))\"/>"
      }
    }
    svg += bands(lines, across)
    if lines.allSatisfy(\.isEmpty) {
      svg += "<text x=\"50%\" y=\"50%\" class=\"x\">no values yet</text>"
    }
    return """
      <figure class="plot"><figcaption><span class="title">\(title.escapedForHTML)</span>\
      \(legend(lines))</figcaption>
      <svg role="img" aria-label="\(summary(lines).escapedForHTML)">\(svg)</svg></figure>

      """
  }

  /// Classes of a line.
  private func style(_ number: Int) -> String {
    let line = series[number]
    return "s\(line.color ?? number)" + (line.isDashed ? " dashed" : "")
  }

  private static func polyline(
    _ points: [Point], _ style: String, _ across: PlotAxis, _ up: PlotAxis
  ) -> String {
    let places = points.map { "\(unit(across.position($0.x))),\(unit(1 - up.position($0.y)))" }
    return "<polyline class=\"\(style)\" points=\"\(places.joined(separator: " "))\"/>"
  }

  /// Name and last value of each line.
  private func legend(_ lines: [[Point]]) -> String {
    zip(series, lines).enumerated().map { number, line in
      guard let last = line.1.last else { return "" }
      let value = "<b>\(text(last.y))</b>"
      guard series.count > 1 || !line.0.name.isEmpty else { return "<span>\(value)</span>" }
      return "<span class=\"key \(style(number))\">\(line.0.name.escapedForHTML) \(value)</span>"
    }.joined()
  }

  /// The plot in words.
  private func summary(_ lines: [[Point]]) -> String {
    let parts = zip(series, lines).map { series, line in
      guard let first = line.first, let last = line.last else { return "no values yet" }
      let name = series.name.isEmpty ? "" : series.name + " "
      return "\(name)from \(text(first.y)) to \(text(last.y)), "
        + "\(horizontal) \(first.x.briefText) to \(last.x.briefText)"
    }
    return "\(title): \(parts.joined(separator: "; "))"
  }

  /// Bands of the plot whose titles tell the value of each line in the middle of the band.
  private func bands(_ lines: [[Point]], _ across: PlotAxis) -> String {
    // For each band and line the point nearest to the band's middle.
    var nearest = [[Point?]](
      repeating: Array(repeating: nil, count: lines.count), count: Self.bandCount)
    func distance(_ point: Point, _ band: Int) -> Double {
      abs(across.position(point.x) * Double(Self.bandCount) - Double(band) - 0.5)
    }
    for (number, line) in lines.enumerated() {
      for point in line {
        let band = Int(across.position(point.x) * Double(Self.bandCount))
          .clamped(0, Self.bandCount - 1)
        if let old = nearest[band][number], distance(old, band) <= distance(point, band) {
          continue
        }
        nearest[band][number] = point
      }
    }
    let width = Self.percent(1 / Double(Self.bandCount))
    var result = ""
    for (band, points) in nearest.enumerated() {
      guard let x = points.lazy.compactMap({ $0?.x }).first else { continue }
      let values = zip(series, points).compactMap { series, point in
        point.map { "\n" + (series.name.isEmpty ? title : series.name) + " " + text($0.y) }
      }
      let left = Self.percent(Double(band) / Double(Self.bandCount))
      result += "<rect x=\"\(left)\" width=\"\(width)\" height=\"100%\">"
      result += "<title>\("\(horizontal) \(x.briefText)\(values.joined())".escapedForHTML)</title>"
      result += "</rect>"
    }
    return result
  }

  private func text(_ value: Double) -> String {
    unit.isEmpty ? value.shortText : value.text(2) + unit
  }

  /// A place in the box of the lines.
  private static func unit(_ position: Double) -> Int { Int((10000 * position).rounded()) }

  /// A place in percent, with two decimals.
  private static func percent(_ position: Double) -> String {
    let hundredths = unit(position)
    return "\(Double(hundredths) / 100)%"
  }
}
