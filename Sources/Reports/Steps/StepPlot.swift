/// Functions that go up or down in steps, with bands around them: the share of networks below a
/// score, or the best score so far.
package struct StepPlot: Figure {
  /// A function.
  package struct Series: Sendable {
    /// What the legend calls it.
    package var name: String
    /// Values from each point to the next one; those that are not finite are left out.
    package var points: [PlotPoint]
    /// Bounds, each from its place to the next one.
    package var band: [PlotInterval]
    /// Whether values change in steps; otherwise they are connected.
    package var isStepped: Bool
    /// Dashes tell what was not measured.
    package var isDashed: Bool
    /// Whether the first value and the last one hold to the ends of the axis, as they do for a
    /// distribution.
    package var reachesEnds = false

    package init(
      _ name: String, _ points: [PlotPoint], band: [PlotInterval] = [], isStepped: Bool = true,
      isDashed: Bool = false
    ) {
      self.name = name
      self.points = points
      self.band = band
      self.isStepped = isStepped
      self.isDashed = isDashed
    }

    /// What can be drawn of it, from left to right.
    func drawable(_ scale: AxisScale) -> Series {
      var series = self
      series.points = points.filter { scale.holds($0.x) && $0.y.isDrawable }
        .sorted { $0.x < $1.x }
      series.band = band.filter { scale.holds($0.x) && $0.low.isDrawable && $0.high.isDrawable }
        .sorted { $0.x < $1.x }
      return series
    }

    /// The same with the first value and the last one, and their bounds, at the ends of an axis.
    func lengthened(to axis: PlotAxis) -> Series {
      let (left, right) = (axis.value(at: 0), axis.value(at: 1))
      var series = self
      if let first = points.first, let last = points.last {
        series.points = [.init(x: left, y: first.y)] + points + [.init(x: right, y: last.y)]
      }
      if let first = band.first, let last = band.last {
        series.band =
          [.init(x: left, low: first.low, high: first.high)] + band
          + [.init(x: right, low: last.low, high: last.high)]
      }
      return series
    }

    /// The value at a place, or `nil` left of the first and right of the last point.
    func value(at x: Double) -> Double? {
      let next = points.firstIndex { $0.x > x } ?? points.count
      guard let last = points.last, x <= last.x, next > 0 else { return nil }
      let from = points[next - 1]
      guard !isStepped, next < points.count else { return from.y }
      let to = points[next]
      return from.y + (to.y - from.y) * (x - from.x) / (to.x - from.x)
    }
  }

  /// What the values are.
  package var title: String
  /// Unit behind values, such as " %".
  package var unit = ""
  /// What the horizontal axis counts.
  package var horizontal: String
  /// How values of the horizontal axis become lengths.
  package var scale = AxisScale.linear
  /// Up to eight.
  package var series: [Series]

  package init(
    _ title: String, unit: String = "", horizontal: String, scale: AxisScale = .linear,
    _ series: [Series]
  ) {
    self.title = title
    self.unit = unit
    self.horizontal = horizontal
    self.scale = scale
    self.series = series
  }

  /// Corners of a function that keeps each value until the next point.
  static func corners(_ points: [PlotPoint]) -> [PlotPoint] {
    guard let first = points.first else { return [] }
    return [first]
      + zip(points, points.dropFirst()).flatMap { [PlotPoint(x: $1.x, y: $0.y), $1] }
  }
}
