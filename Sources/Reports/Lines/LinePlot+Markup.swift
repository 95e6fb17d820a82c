extension LinePlot {
  /// Lines with up to this many points show each of them.
  private static let dotLimit = 40

  /// The plot as a `<figure>` with its legend.
  package var markup: String {
    let lines = series.map { drawable($0.points) }
    let across =
      countsDoublings
      ? PlotAxis(doublingsUpTo: lines.joined().map(\.x).max() ?? 1)
      : PlotAxis(lines.joined().map(\.x), includesZero: true, endsAtTicks: false, tickCount: 6)
    let up = PlotAxis(
      lines.joined().map(\.y)
        + series.flatMap(\.intervals).filter(drawable).flatMap { [$0.low, $0.high] },
      includesZero: includesZero, isLogarithmic: isLogarithmic)
    let frame = PlotFrame(across: across, up: up, horizontal: horizontal)
    var svg = frame.grid + PlotFrame.stretched(polylines(lines, frame))
    for (number, line) in series.enumerated() {
      for interval in line.intervals where drawable(interval) {
        svg += frame.interval(
          at: interval.x, from: interval.low, to: interval.high, class: style(number))
      }
    }
    for (number, line) in lines.enumerated()
    where line.count <= Self.dotLimit && !series[number].isDashed {
      for point in line {
        svg += frame.dot(point.x, point.y, class: style(number))
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

  private func polylines(_ lines: [[Point]], _ frame: PlotFrame) -> String {
    var svg = ""
    for (number, line) in lines.enumerated() where line.count > 1 {
      // What goes up and down faster than the screen shows is a pale band around its mean.
      let means = Self.means(line)
      let own = style(number)
      svg += frame.path(Self.thinned(line), class: means.isEmpty ? own : own + " range")
      if !means.isEmpty { svg += frame.path(means, class: own) }
    }
    return svg
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
      repeating: Array(repeating: nil, count: lines.count), count: HoverBands.count)
    func distance(_ point: Point, _ band: Int) -> Double {
      abs(across.position(point.x) * Double(HoverBands.count) - Double(band) - 0.5)
    }
    for (number, line) in lines.enumerated() {
      for point in line {
        let band = Int(across.position(point.x) * Double(HoverBands.count))
          .clamped(0, HoverBands.count - 1)
        if let old = nearest[band][number], distance(old, band) <= distance(point, band) {
          continue
        }
        nearest[band][number] = point
      }
    }
    return HoverBands.markup { band in
      let points = nearest[band]
      guard let x = points.lazy.compactMap({ $0?.x }).first else { return nil }
      let values = zip(series, points).compactMap { series, point in
        point.map { "\n" + (series.name.isEmpty ? title : series.name) + " " + text($0.y) }
      }
      return "\(horizontal) \(x.briefText)\(values.joined())"
    }
  }

  private func text(_ value: Double) -> String { value.text(unit: unit) }
}
