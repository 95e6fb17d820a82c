import Boundary

extension ScatterPlot {
  package static var styles: [String] { [MarkStyle.css, style] }

  private static let style = """
    .plot.tall > .drawing > svg { height: 340px; }
    .plot circle.sample { opacity: .45; transform: translateX(6px); }
    .plot .drawing > svg line.interval { stroke-width: 3; opacity: .4; }

    """

  /// The plot as a `<figure>` with its legend.
  package var markup: String {
    let drawn = drawn
    let points = drawn.flatMap(\.points)
    guard !points.isEmpty else {
      return Self.placeholder(title: title, sentence: "No network has a value yet.")
    }
    let values = points.flatMap { point in
      [point.y] + point.samples
        + (point.interval.map { [$0.low, $0.high] } ?? [])
    }
    let frame = PlotFrame(
      across: scale.axis(points.map(\.x), hasRoom: true), up: PlotAxis(values),
      horizontal: horizontal)
    let summary =
      "\(title) over \(horizontal): "
      + drawn.map { "\($0.series.name), \($0.points.count.counted("point"))" }
      .joined(separator: "; ")
    return """
      <figure class="plot labelled\(isSmall ? "" : " tall")"><figcaption>\
      <span class="title">\(title.escapedForHTML)</span>\(legend(drawn))</figcaption>
      <div class="drawing"><svg role="group" aria-label="\(summary.escapedForHTML)">\
      \(frame.grid)\(lines(drawn, frame))\
      \(drawn.map { uncertainty($0, frame.moved(by: $0.offset)) }.joined())\
      \(drawn.map { marks($0, frame.moved(by: $0.offset)) }.joined())\
      \(labels(drawn, frame))</svg></div></figure>

      """
  }

  private func legend(_ drawn: [Drawn]) -> String {
    drawn.filter { !$0.points.isEmpty && !$0.series.name.isEmpty }.map {
      let key = $0.shape.key(class: Self.marker($0), hasLine: $0.series.isConnected)
      return "<span class=\"key shaped \($0.style)\">\(key)"
        + "<span class=\"name\">\($0.series.name.escapedForHTML)</span></span>"
    }.joined()
  }

  private static func marker(_ drawn: Drawn) -> String {
    "marker \(drawn.style)" + (drawn.series.isForeign ? " foreign" : "")
  }

  private func lines(_ drawn: [Drawn], _ frame: PlotFrame) -> String {
    let lines = drawn.filter { $0.series.isConnected && $0.points.count > 1 }.map { drawn in
      frame.moved(by: drawn.offset).path(
        drawn.points.map { PlotPoint(x: $0.x, y: $0.y) }, class: drawn.style)
    }
    return PlotFrame.stretched(lines.joined())
  }

  /// Bounds and single values of the points of a series.
  private func uncertainty(_ drawn: Drawn, _ frame: PlotFrame) -> String {
    drawn.points.map { point in
      let interval = point.interval.map {
        frame.interval(at: point.x, from: $0.low, to: $0.high, class: drawn.style)
      }
      let samples = point.samples.map {
        frame.dot(point.x, $0, radius: 1.8, class: "sample \(drawn.style)")
      }
      return (interval ?? "") + samples.joined()
    }.joined()
  }

  private func marks(_ drawn: Drawn, _ frame: PlotFrame) -> String {
    drawn.points.map { point in
      """
      <svg class="at" x="\(frame.x(point.x))" y="\(frame.y(point.y))" role="img">\
      <title>\(words(point, of: drawn.series).escapedForHTML)</title>\
      \(drawn.shape.markup(class: Self.marker(drawn)))</svg>
      """
    }.joined()
  }

  /// A point in words.
  private func words(_ point: Point, of series: Series) -> String {
    var lines = [[series.name, point.name].filter { !$0.isEmpty }.joined(separator: ": ")]
    lines.append("\(horizontal) \(scale.text(point.x))")
    var value = "\(title) \(point.y.text(unit: unit))"
    if let interval = point.interval {
      let bounds = [interval.low, interval.high].map { $0.text(unit: unit) }
      value += " (\(bounds.joined(separator: " to ")))"
    }
    lines.append(value)
    if !point.samples.isEmpty {
      let values = point.samples.map { $0.text(unit: unit) }
      lines.append("single values " + values.joined(separator: ", "))
    }
    return lines.filter { !$0.isEmpty }.joined(separator: "\n")
  }
}
