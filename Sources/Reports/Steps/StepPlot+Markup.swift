extension StepPlot {
  package static var styles: [String] { [style] }

  private static let style = """
    .plot polygon.band { fill: currentColor; opacity: .15; }

    """

  /// The plot as a `<figure>` with its legend.
  package var markup: String {
    var series = self.series.map { $0.drawable(scale) }
    guard series.contains(where: { !$0.points.isEmpty }) else {
      return Self.placeholder(title: title, sentence: "No network has a score yet.")
    }
    let values = series.flatMap { $0.points.map(\.y) + $0.band.flatMap { [$0.low, $0.high] } }
    let frame = PlotFrame(
      across: scale.axis(
        series.flatMap { $0.points.map(\.x) + $0.band.map(\.x) }, hasRoom: false),
      up: PlotAxis(values), horizontal: horizontal)
    series = series.map { $0.reachesEnds ? $0.lengthened(to: frame.across) : $0 }
    var shapes = ""
    for (number, series) in series.enumerated() {
      shapes += Self.band(series, frame, Self.style(number, series))
    }
    for (number, series) in series.enumerated() where series.points.count > 1 {
      let points = series.isStepped ? Self.corners(series.points) : series.points
      shapes += frame.path(points, class: Self.style(number, series))
    }
    return """
      <figure class="plot"><figcaption><span class="title">\(title.escapedForHTML)</span>\
      \(Self.legend(series))</figcaption>
      <svg role="img" aria-label="\(summary(series).escapedForHTML)">\(frame.grid)\
      \(PlotFrame.stretched(shapes))\(singles(series, frame))\(bands(series, frame))</svg></figure>

      """
  }

  private static func style(_ number: Int, _ series: Series) -> String {
    "s\(number % MarkerShape.allCases.count)" + (series.isDashed ? " dashed" : "")
  }

  private static func band(_ series: Series, _ frame: PlotFrame, _ style: String) -> String {
    guard series.band.count > 1 else { return "" }
    func side(_ bound: KeyPath<PlotInterval, Double>) -> [PlotPoint] {
      let points = series.band.map { PlotPoint(x: $0.x, y: $0[keyPath: bound]) }
      return series.isStepped ? corners(points) : points
    }
    return frame.path(
      side(\.high) + side(\.low).reversed(), element: "polygon", class: "band \(style)")
  }

  /// Functions of one point.
  private func singles(_ series: [Series], _ frame: PlotFrame) -> String {
    series.enumerated().map { number, series in
      guard series.points.count == 1, let point = series.points.first else { return "" }
      return frame.dot(point.x, point.y, class: Self.style(number, series))
    }.joined()
  }

  private static func legend(_ series: [Series]) -> String {
    series.enumerated().map { number, series in
      guard !series.points.isEmpty, !series.name.isEmpty else { return "" }
      return "<span class=\"key \(style(number, series))\">"
        + "<span class=\"name\">\(series.name.escapedForHTML)</span></span>"
    }.joined()
  }

  /// The plot in words.
  private func summary(_ series: [Series]) -> String {
    let parts = series.compactMap { series -> String? in
      guard let first = series.points.first, let last = series.points.last else { return nil }
      return "\(series.name) from \(first.y.text(unit: unit)) to \(last.y.text(unit: unit)), "
        + "\(horizontal) \(scale.text(first.x)) to \(scale.text(last.x))"
    }
    return "\(title): \(parts.joined(separator: "; "))"
  }

  private func bands(_ series: [Series], _ frame: PlotFrame) -> String {
    HoverBands.markup { band in
      let x = frame.across.value(at: (Double(band) + 0.5) / Double(HoverBands.count))
      let values = series.compactMap { series in
        series.value(at: x).map { "\n\(series.name) \($0.text(unit: unit))" }
      }
      return values.isEmpty ? nil : "\(horizontal) \(scale.text(x))\(values.joined())"
    }
  }
}
