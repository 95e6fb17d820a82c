/// Lines over a common axis, as SVG that needs neither scripts nor a fixed width.
///
/// Places are percentages of the plot's box and lines have the same width however the box is
/// stretched, so that text keeps its size on every screen. The colours come from ``PageStyle``.
package struct LinePlot: Figure {
  /// A value.
  package typealias Point = PlotPoint

  /// Bounds of a value.
  package typealias Interval = PlotInterval

  /// A line.
  package struct Series: Sendable {
    /// What the legend calls it; empty for the only line of a plot.
    package let name: String
    /// Values from left to right; those that are not finite are left out.
    package let points: [Point]
    /// Bounds of values, drawn as upright lines.
    package var intervals: [Interval] = []
    /// Dashes tell what was not measured.
    package var isDashed = false
    /// Number of the colour, 0 to 3; that of the place among the lines unless given.
    package var color: Int?

    package init(_ points: [Point], name: String = "") {
      self.name = name
      self.points = points
    }
  }

  /// What the values are.
  package var title: String
  /// Unit behind values, such as " %".
  package var unit = ""
  /// What the horizontal axis counts.
  package var horizontal = "epoch"
  /// Whether the horizontal axis has equal lengths for doublings; values below 1 are left out then.
  package var countsDoublings = false
  /// Up to four lines.
  package var series: [Series]
  /// Whether the axis of values begins at 0.
  package var includesZero = false
  /// Whether the axis of values is logarithmic; values up to 0 are left out then.
  package var isLogarithmic = false

  package init(_ title: String, unit: String = "", includesZero: Bool = false, _ series: [Series]) {
    self.title = title
    self.unit = unit
    self.includesZero = includesZero
    self.series = series
  }

  /// Points that a line is drawn with at most, and two for its ends.
  static let pointLimit = 600

  /// The points that can be drawn.
  func drawable(_ points: [Point]) -> [Point] {
    points.filter {
      $0.x.isDrawable && (isLogarithmic ? $0.y.isDrawableAsFactor : $0.y.isDrawable)
        && (!countsDoublings || $0.x >= 1)
    }
  }

  /// Whether both bounds can be drawn.
  func drawable(_ interval: Interval) -> Bool {
    let ends = [interval.low, interval.high].map { Point(x: interval.x, y: $0) }
    return drawable(ends).count == ends.count
  }

  /// Parts of a line with about as many points each.
  private static func runs(_ points: [Point], _ count: Int) -> [ArraySlice<Point>] {
    (0..<count).map { points[$0 * points.count / count..<($0 + 1) * points.count / count] }
  }

  /// At most ``pointLimit`` points and the ends: of each run of points the lowest and the highest,
  /// so that no spike is lost.
  static func thinned(_ points: [Point]) -> [Point] {
    guard points.count > pointLimit else { return points }
    var result = [points[0]]
    for run in runs(points, pointLimit / 2) {
      var (low, high) = (run.startIndex, run.startIndex)
      for index in run.indices {
        if run[index].y < run[low].y { low = index }
        if run[index].y > run[high].y { high = index }
      }
      result.append(run[min(low, high)])
      if low != high { result.append(run[max(low, high)]) }
    }
    return result + [points[points.count - 1]]
  }

  /// The means of the runs of a line that is too long to show each point; empty for a short one.
  static func means(_ points: [Point]) -> [Point] {
    guard points.count > pointLimit else { return [] }
    return runs(points, pointLimit / 4).map { run in
      // Of parts, because the sum of the largest values would be infinite.
      let share = 1 / Double(run.count)
      return Point(
        x: run.reduce(0) { $0 + $1.x * share }, y: run.reduce(0) { $0 + $1.y * share })
    }
  }
}
