/// Points with their uncertainty over a common axis, in series that colour and shape tell apart.
package struct ScatterPlot: Figure {
  /// A value with its uncertainty.
  package struct Point: Sendable {
    package var x, y: Double
    /// Name, for its text and its label.
    package var name: String
    /// Bounds of the value, drawn as an upright line.
    package var interval: PlotBounds?
    /// Single values that `y` is the mean of, drawn as small dots beside it.
    package var samples: [Double]
    /// Whether its name stands beside it, where there is room: the first
    /// ``ScatterPlot/labelLimit``.
    package var isLabelled: Bool

    package init(
      x: Double, y: Double, name: String = "", interval: PlotBounds? = nil,
      samples: [Double] = [], isLabelled: Bool = false
    ) {
      self.x = x
      self.y = y
      self.name = name
      self.interval = interval
      self.samples = samples
      self.isLabelled = isLabelled
    }
  }

  /// Points of a kind.
  package struct Series: Sendable {
    /// What the legend calls it.
    package var name: String
    /// Those with numbers that are not finite are left out.
    package var points: [Point]
    /// Whether a line goes through the points from left to right.
    package var isConnected: Bool
    /// Whether it was measured elsewhere: hollow marks.
    package var isForeign: Bool
    /// Number of the colour and the shape, 0 to 7; that of its place among the series unless given.
    package var look: Int?

    package init(
      _ name: String, _ points: [Point], isConnected: Bool = false, isForeign: Bool = false,
      look: Int? = nil
    ) {
      self.name = name
      self.points = points
      self.isConnected = isConnected
      self.isForeign = isForeign
      self.look = look
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
  /// Whether series stand beside each other, by a little more than a hundredth of the width: for
  /// networks of equal compute, whose points would cover each other.
  package var spreadsSeries = false
  /// Whether it is one of several side by side, and lower.
  package var isSmall = false

  /// Distance of series that are spread, in shares of the width.
  private static let spread = 0.016

  /// Labels that are drawn at most.
  package static let labelLimit = 12

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

  /// A series with what can be drawn of it, from left to right.
  struct Drawn {
    let series: Series
    let points: [Point]
    /// What its points are moved by, in shares of the width.
    let offset: Double
    /// Classes of its colour.
    let style: String
    let shape: MarkerShape
  }

  /// The series as they are drawn.
  var drawn: [Drawn] {
    series.enumerated().map { number, series in
      let points = series.points.filter { scale.holds($0.x) && $0.y.isDrawable }
        .map(Self.drawable).sorted { $0.x < $1.x }
      let look = series.look ?? number
      let shape = MarkerShape(number: look)
      let offset =
        spreadsSeries ? Self.spread * (Double(number) - Double(self.series.count - 1) / 2) : 0
      return Drawn(
        series: series, points: points, offset: offset, style: "s\(shape.rawValue)", shape: shape)
    }
  }

  /// A point without the single values and bounds that cannot be drawn.
  private static func drawable(_ point: Point) -> Point {
    var point = point
    point.samples.removeAll { !$0.isDrawable }
    point.interval = point.interval.flatMap { $0.isDrawable ? $0 : nil }
    return point
  }
}
